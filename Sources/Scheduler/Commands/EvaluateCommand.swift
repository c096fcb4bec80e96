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
struct EvaluateCommand: AsyncParsableCommand, Interruptible {
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

    @OptionGroup var logs: LogOptions

    /// What these arguments ask for.
    var plan: EvaluationPlan {
        let source: EvaluationPlan.Source =
            if let output {
                stored
                    ? .manifest(output: output)
                    : .files(output: output, datasetRoot: truth.datasetRoot.map(Paths.absolute))
            } else {
                .database
            }
        return EvaluationPlan(
            source: source,
            run: runName,
            mask: mask,
            chosen: chosen,
            hasRayIoU: !withoutRayIoU,
            form: flashocc ? .flashOcc : json ? .json : .tables(withScenes: scenes),
            curves: curves.map(Paths.absolute),
            replacesCurves: replacing.isForced
        )
    }

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let plan = plan
        var (caption, all) = try await read(plan)
        caption.mask = plan.mask
        let scores = try plan.scores(outOf: all)
        for warning in plan.warnings(scores) { Terminal.say("warning: \(warning)") }
        let summary = try ScoreSummary(scores, caption, isChosen: !plan.chosen.isEmpty)
        if let folder = plan.curves { try plan.curveFiles(summary)?.write(to: folder) }
        Terminal.output(try plan.text(summary))
        if summary.isPartial { Terminal.say("note: \(summary.partText)") }
        if plan.isShort(isPartOfRun: summary.isPartial, gaps: scores.gaps) { throw ExitStatus.someScenesFailed }
    }

    /// All scores of the run, from where the plan says.
    private func read(_ plan: EvaluationPlan) async throws -> (ScoreCaption, RunScores) {
        switch plan.source {
        case .files(let output, let datasetRoot):
            let (directory, manifest) = try Self.open(output, plan.run)
            let files = FileScores(
                manifest: manifest,
                directory: directory,
                datasetRoot: datasetRoot,
                metrics: plan.metrics
            )
            return (ScoreCaption(manifest), try files.score())
        case .manifest(let output):
            let (_, manifest) = try Self.open(output, plan.run)
            return (ScoreCaption(manifest), try RunScores.stored(in: manifest).by(plan.metrics))
        case .database:
            var selection = RunSelection()
            selection.runName = plan.run
            selection.output = nil
            return try await RunDatabase.use(databaseOptions, output: nil, access: .reading) { [selection] queue in
                let status = try await selection.select(from: queue)
                let scores = try await RunScores.stored(inQueue: queue, run: status.name)
                return (try ScoreCaption(status), scores.by(plan.metrics))
            }
        }
    }

    private static func open(_ output: String, _ run: String?) throws -> (any RunStore, RunManifest) {
        var options = ResultOptions()
        options.output = output
        options.runName = run
        let directory = try options.directory()
        return (directory, try directory.readManifest())
    }
}
