internal import CommandSupport
internal import OccInference
internal import Scoring
internal import Storage

/// A run that a report is of, with its scores and those of its samples.
struct ReportInput {
    let manifest: RunManifest
    let directory: any RunStore
    /// Where its dataset lies.
    let root: String
    /// What it was scored by; nil where there is no ground truth.
    let truth: RunTruth?
    /// What its samples hold.
    let kind: SampleKind?
    let content: ReportContent

    /// Scores some scenes of a run; where there is no ground truth, what was stored is summed, as `evaluate` does.
    ///
    /// - Parameters:
    ///   - scenes: names of scenes.
    ///   - datasetRoot: where the dataset lies; nil is where it was at submission.
    /// - Throws: `CommandFailure`, `StorageError`, `DatasetError`, `EvaluationError`, `FileError`.
    init(_ manifest: RunManifest, _ directory: any RunStore, scenes: Set<String>, datasetRoot: String?) throws {
        var part = manifest
        part.scenes.removeAll { !scenes.contains($0.name) }
        self.manifest = part
        self.directory = directory
        root = datasetRoot ?? manifest.datasetFolder
        let book = SampleBook(ScoreCaption(manifest))
        let files = FileScores(manifest: part, directory: directory, datasetRoot: datasetRoot)
        kind = try files.firstKind()
        truth = try files.groundTruth()
        let scores = try files.score(by: truth) { book.add($0) }
        let list = try SampleList(part, scenes: [])
        content = try ReportContent(
            part,
            scores,
            samples: book.entries.isEmpty ? list : list.scored(book.entries),
            place: directory.output,
            card: Self.card(in: directory)
        )
    }

    /// The card in the run's folder; one that cannot be read costs itself alone.
    private static func card(in directory: any RunStore) -> ModelCard? {
        do {
            return try directory.read(.card).map { try ModelCard(json: $0, source: directory.place(of: .card)) }
        } catch {
            Terminal.say("warning: the report does without the model's card: \(error)")
            return nil
        }
    }

    /// Samples by scene.
    var samplesByScene: [String: [SampleList.Sample]] { Dictionary(grouping: content.samples.samples, by: \.scene) }
}

/// Which scenes of two runs can stand beside each other.
struct ReportPair: Equatable {
    /// Names of the scenes that are done in both with the same samples, in the order of the first run.
    let scenes: [String]
    /// What is left out, for people; nil where nothing is.
    let remark: String?

    /// Chooses among some scenes of two runs.
    init(_ a: RunManifest, _ b: RunManifest, chosen: Set<String>) {
        let others = Dictionary(b.done.map { ($0.name, $0.sampleTokens) }) { first, _ in first }
        let wanted = a.scenes.map(\.name).filter(chosen.contains)
        let own = Dictionary(a.done.map { ($0.name, $0.sampleTokens) }) { first, _ in first }
        scenes = wanted.filter { own[$0] != nil && own[$0] == others[$0] }
        let missing = Set(wanted).union(others.keys.filter(chosen.contains)).subtracting(scenes).sorted()
        remark =
            missing.isEmpty
            ? nil
            : "\(missing.count) scenes are not done in both runs with the same samples and are left out: "
                + missing.prefix(5).joined(separator: ", ") + (missing.count > 5 ? " and others" : "")
    }
}
