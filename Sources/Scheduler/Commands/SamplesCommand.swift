internal import ArgumentParser
internal import CommandSupport
internal import Evaluation
internal import Foundation
internal import Scenes
internal import Scoring
internal import Storage

/// `occ-scheduler samples`: which samples a run has predictions of, and how good each is.
struct SamplesCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "samples",
        abstract: "List a run's samples: scene, index in the scene, token, and on demand scores.",
        discussion: """
            Example: occ-scheduler samples --output out
            Example: occ-scheduler samples --output out --scene scene-0103 --scores --json
            Example: occ-scheduler samples --output out --worst 20

            The samples of scenes that are done, in the dataset's order; the index counts from 0. `picture --sample TOKEN` draws one.

            Scores are computed from the files and the ground truth. Of voxel labels: the sample's own mIoU, over the classes that occur \
            in its truth or prediction, and RayIoU. Of boxes: F1 at 2 m over all classes in percent, at the threshold of scores that suits \
            the sample best, and of boxes of a score of 0.2 and above. The first number ranks.
            """
    )

    @OptionGroup var results: ResultOptions
    @OptionGroup var truth: GroundTruthOptions

    @Option(
        name: .customLong("scene"),
        help: ArgumentHelp("List this scene only; may be given several times.", valueName: "name")
    )
    var scenes: [String] = []

    @Flag(name: .customLong("scores"), help: "Show each sample's scores.")
    var wantsScores = false

    @Option(help: ArgumentHelp("List the samples with the lowest scores, the lowest first.", valueName: "n"))
    var worst: Int?

    @Option(help: "Voxels to score for mIoU: those a camera sees, those the lidar saw, or all.")
    var mask: VisibilityMask = .camera

    @Flag(
        name: .customLong("without-ray-iou"),
        help: "Leave RayIoU out, which takes most of the time of scoring files."
    )
    var withoutRayIoU = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var logs: LogOptions

    /// Whether samples are scored: `--worst` cannot do without.
    var isScored: Bool { wantsScores || worst != nil }

    func validate() throws {
        if let worst { try NumberRange.require(worst, in: 1...1_000_000, "--worst") }
    }

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let directory = try results.directory()
        let manifest = try directory.readManifest()
        var list = try SampleList(manifest, scenes: scenes)
        if isScored {
            list = list.scored(try book(manifest, directory))
            let unscored = list.samples.count { $0.rank == nil }
            if let worst {
                list = list.worst(worst)
                if unscored > 0 { Terminal.say("note: \(unscored) samples have no score and are not listed") }
            } else if unscored > 0 {
                Terminal.say("note: \(unscored) of \(list.samples.count) samples have no score")
            }
        }
        Terminal.output(try json ? list.text() : list.table)
        if list.unfinishedScenes > 0 {
            Terminal.say("note: \(list.unfinishedScenes) scenes of the run are not done and not listed")
        }
    }

    /// The numbers of the samples of the scenes that were asked for.
    private func book(
        _ manifest: RunManifest,
        _ directory: any RunStore
    ) throws -> [SampleBook.Key: SampleBook.Entry] {
        var part = manifest
        part.scenes = try SampleList.chosen(manifest, scenes)
        var caption = ScoreCaption(manifest)
        caption.mask = mask
        let metrics = Metrics.known.filter { !withoutRayIoU || !($0 is RayMetric) }
        let book = SampleBook(caption, metrics: metrics)
        let files = FileScores(
            manifest: part,
            directory: directory,
            datasetRoot: truth.datasetRoot.map(Paths.absolute),
            metrics: metrics,
            consequence: "so no sample has a score"
        )
        if try files.recompute(sample: { book.add($0) }) == nil {
            Terminal.say("note: there is no ground truth in '\(truth.root(manifest))' (--dataset-root DIR)")
        }
        return book.entries
    }
}
