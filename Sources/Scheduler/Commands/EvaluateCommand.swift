internal import ArgumentParser
internal import CommandSupport
internal import Evaluation
internal import JobQueue
internal import PostgresClient
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage
internal import SystemSupport

/// `occ-scheduler evaluate`: the scores of a run.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Score a run: mIoU and RayIoU of occupancy, mAP and NDS of detections.",
        discussion: """
            Example: occ-scheduler evaluate --output out
            Example: occ-scheduler evaluate --output out --curves curves --json
            Example: occ-scheduler evaluate --database postgresql://db.local/occ --run NAME --mask none

            From files, predictions are scored anew where ground truth is at hand (gts/ for occupancy, the dataset's tables for \
            detections and RayIoU), else the scores in run.json are summed; never some of each. From a database, what workers counted is \
            summed. All ways give the same numbers. Samples whose ground truth is absent or damaged are counted and named. Exits with 1 \
            if the score is not of every sample that was asked for.
            """
    )

    @Option(help: ArgumentHelp("Output folder of the run: score its files, with no database.", valueName: "dir"))
    var output: String?

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Name of the run (default: the only one there is).", valueName: "name")
    )
    var runName: String?

    @OptionGroup var truth: GroundTruthOptions
    @OptionGroup var databaseOptions: DatabaseOptions

    @Option(
        help: "Voxels to score for mIoU: those a camera sees (the benchmark's rule), those the lidar saw, or all."
    )
    var mask: VisibilityMask = .camera

    @Option(
        name: .customLong("scene"),
        help: ArgumentHelp("Score this scene only; may be given several times.", valueName: "name")
    )
    var chosen: [String] = []

    @Flag(help: "List every scene's own score.")
    var scenes = false

    @Flag(help: "Sum the scores in run.json even where ground truth is at hand.")
    var stored = false

    @Flag(
        name: .customLong("without-ray-iou"),
        help: "Leave RayIoU out, which takes most of the time of scoring files."
    )
    var withoutRayIoU = false

    @Option(
        help: ArgumentHelp(
            "Folder for precision-recall curves of detections: curves.json, curves.csv, curves.png.",
            valueName: "dir"
        )
    )
    var curves: String?

    @OptionGroup var replacing: ReplaceOptions

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @Flag(help: "Print the lines that FlashOcc prints.")
    var flashocc = false

    func run() async throws {
        var (caption, scores) = try await output == nil ? scoreDatabase() : scoreFiles()
        caption.mask = mask
        if !chosen.isEmpty {
            let known = Set(scores.scenes.map(\.name) + scores.unscored)
            if let name = chosen.first(where: { !known.contains($0) }) {
                throw CommandFailure(.configuration, "the run has no finished scene '\(name)'")
            }
            scores = scores.only(Set(chosen))
        }
        guard !scores.scenes.isEmpty else { throw nothingToScore(scores) }
        for line in scores.gaps.lines { Terminal.say("warning: \(line)") }
        for scene in scores.unexplained.prefix(10) {
            Terminal.say("warning: no score of scene '\(scene)' was stored; score the files (--output) to see why")
        }
        let summary = try ScoreSummary(scores, caption, isChosen: !chosen.isEmpty)
        try show(summary)
        // Scenes that were not asked for are no part that is missing; samples of those that were are.
        let isShort = chosen.isEmpty ? summary.isPartial : scores.gaps.unscored > 0
        if isShort || scores.gaps.hasDamage { throw ExitStatus.someScenesFailed }
    }

    private func show(_ summary: ScoreSummary) throws {
        if let curves {
            guard let report = summary.detections else {
                throw CommandFailure(.configuration, "--curves is for detections; this run has voxel labels")
            }
            try CurveFiles(report: report, replaces: replacing.isForced).write(to: Paths.absolute(curves))
        }
        if flashocc {
            guard let report = summary.occupancy else {
                throw CommandFailure(.configuration, "--flashocc is for voxel labels; this run has detections")
            }
            Terminal.output(report.flashOccLines)
        } else {
            Terminal.output(try json ? summary.json() : summary.text(withScenes: scenes))
        }
        if summary.isPartial { Terminal.say("note: \(summary.partText)") }
    }

    /// What is counted or summed.
    private var metrics: [any SceneMetric] { Metrics.known.filter { !(withoutRayIoU && $0 is RayMetric) } }

    private func nothingToScore(_ scores: RunScores) -> CommandFailure {
        guard !scores.unscored.isEmpty else {
            return CommandFailure(.configuration, "no scene of the run is done, so there is nothing to score")
        }
        if scores.gaps.hasDamage {
            return CommandFailure(.someScenesFailed, "no score: " + scores.gaps.lines.joined(separator: "\n  "))
        }
        return CommandFailure(
            .configuration,
            "no sample of the run has ground truth; occupancy is scored with DATASET/gts/<scene>/<sample>/labels.npz, detections with"
                + " DATASET/VERSION/sample_annotation.json (--dataset-root DIR); the test split has none"
        )
    }

    private func scoreFiles() throws -> (ScoreCaption, RunScores) {
        var options = ResultOptions()
        options.output = output ?? ""
        options.runName = runName
        let directory = try options.directory()
        let manifest = try directory.readManifest()
        let caption = ScoreCaption(manifest)
        if stored { return (caption, try RunScores.stored(in: manifest).by(metrics)) }
        let files = FileScores(
            manifest: manifest,
            directory: directory,
            datasetRoot: truth.datasetRoot.map(Paths.absolute),
            metrics: metrics
        )
        return (caption, try files.score())
    }

    private func scoreDatabase() async throws -> (ScoreCaption, RunScores) {
        var selection = RunSelection()
        selection.runName = runName
        selection.output = nil
        return try await RunDatabase.use(databaseOptions, output: nil, access: .reading) { [selection] queue in
            let status = try await selection.select(from: queue)
            let scores = try await RunScores.stored(inQueue: queue, run: status.name)
            return (try ScoreCaption(status), scores.by(metrics))
        }
    }
}
