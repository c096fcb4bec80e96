internal import CommandSupport
internal import Scoring
internal import Storage

/// A run that a report is of, with its scores and those of its samples.
struct ReportInput {
    let manifest: RunManifest
    let directory: any RunStore
    /// Where its dataset lies.
    let root: String
    let content: ReportContent
    /// What its samples hold.
    let kind: SampleKind?

    /// Reads and scores a run, or some of its scenes.
    ///
    /// - Parameters:
    ///   - chosen: names of scenes; none is all of them.
    ///   - datasetRoot: where the dataset lies; nil is where it was at submission.
    /// - Throws: `CommandFailure`, `StorageError`, `DatasetError`, `EvaluationError`, `FileError`.
    init(_ directory: any RunStore, chosen: [String], datasetRoot: String?) throws {
        var manifest = try directory.readManifest()
        manifest.scenes = try SampleList.chosen(manifest, chosen)
        self.manifest = manifest
        self.directory = directory
        root = datasetRoot ?? manifest.datasetFolder
        let book = SampleBook(ScoreCaption(manifest))
        let files = FileScores(manifest: manifest, directory: directory, datasetRoot: datasetRoot)
        kind = try files.firstKind()
        let list = try SampleList(manifest, scenes: [])
        if let scores = try files.recompute(sample: { book.add($0) }) {
            content = try ReportContent(manifest, scores, samples: list.scored(book.entries))
        } else {
            content = try ReportContent(manifest, RunScores.stored(in: manifest), samples: list)
        }
    }

    /// What decides whether it can stand beside another run.
    var compared: ComparedRun { ComparedRun(manifest, output: directory.output, kind: kind) }

    /// Samples by scene.
    var samplesByScene: [String: [SampleList.Sample]] { Dictionary(grouping: content.samples.samples, by: \.scene) }
}
