internal import ArgumentParser
internal import CommandSupport
internal import Evaluation
internal import JobQueue
internal import PostgresClient
internal import Reporting
internal import Scenes
internal import Scoring
internal import Storage
internal import SystemSupport

/// `occ-scheduler compare`: whether one run is better than another.
struct CompareRunsCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two runs of one dataset: is B better than A, where, and is it more than chance?",
        discussion: """
            Example: occ-scheduler compare out-a out-b
            Example: occ-scheduler compare out-a out-b --html comparison.html --fail-below -0.5
            Example: occ-scheduler compare out out --run-a NAME --run-b NAME --json
            Example: occ-scheduler compare NAME_A NAME_B --database postgresql://db.local/occ

            Every number of both runs, the difference, and where it lies in 95 of 100 resamples of the scenes (a paired bootstrap of pooled \
            counts); then the scenes and samples that changed most. Only what both runs have a score of is compared, and what is left out is \
            named. Where ground truth is at hand, files are scored anew; else, with --stored or from a database, what was counted while the \
            runs were made is summed, and single samples are not compared.

            --fail-below X exits with 1 where the score changed by less than X points from A to B, a point being 1 % of mIoU or 0.01 of \
            NDS: -0.5 allows a loss of half a point. It also does where B lacks scenes that A has a score of.
            """
    )

    @Argument(help: ArgumentHelp("Output folder of run A, or with --database its name.", valueName: "run-a"))
    var a: String

    @Argument(help: ArgumentHelp("Output folder of run B, or with --database its name.", valueName: "run-b"))
    var b: String

    @Option(
        name: .customLong("run-a"),
        help: ArgumentHelp("Name of run A in its folder (default: the only one there is).", valueName: "name")
    )
    var nameA: String?

    @Option(
        name: .customLong("run-b"),
        help: ArgumentHelp("Name of run B in its folder (default: the only one there is).", valueName: "name")
    )
    var nameB: String?

    @Option(help: ArgumentHelp("Compare two runs of this PostgreSQL by their names.", valueName: "url"))
    var database: String?

    @Option(help: ArgumentHelp("Schema that holds the queue's tables.", valueName: "name"))
    var schema: String = "occ"

    @OptionGroup var truth: GroundTruthOptions

    @Flag(help: "Sum the scores in run.json even where ground truth is at hand.")
    var stored = false

    @Option(help: "Voxels to score for mIoU: those a camera sees, those the lidar saw, or all.")
    var mask: VisibilityMask = .camera

    @Flag(
        name: .customLong("without-ray-iou"),
        help: "Leave RayIoU out, which takes most of the time of scoring files."
    )
    var withoutRayIoU = false

    @Option(
        help: ArgumentHelp("What the draws of the bootstrap are made from.", valueName: "number"),
        transform: NumberRange.seed
    )
    var seed: UInt64 = RunComparison.usualSeed

    @Option(help: ArgumentHelp("Scenes and samples of each direction to list.", valueName: "n"))
    var most: Int = 5

    @Flag(help: "List every scene.")
    var scenes = false

    @Option(help: ArgumentHelp("Fail where the score changed by less than this, in points.", valueName: "points"))
    var failBelow: Double?

    @Option(help: ArgumentHelp("Write one page that opens from disk.", valueName: "file"))
    var html: String?

    @OptionGroup var replacing: ReplaceOptions

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var logs: LogOptions

    func validate() throws {
        try NumberRange.require(most, in: 0...1000, "--most")
        if let failBelow { try NumberRange.require(failBelow, in: -100...100, "--fail-below") }
        guard database != nil else { return }
        if nameA != nil || nameB != nil {
            throw ValidationError(
                "with --database the runs are named in place of their folders; leave out --run-a and --run-b"
            )
        }
        if truth.datasetRoot != nil {
            throw ValidationError(
                "--dataset-root is for runs in folders; from a database, what workers counted is summed"
            )
        }
    }

    /// What these arguments ask for.
    var plan: ComparisonPlan {
        func place(_ argument: String, _ run: String?) -> ComparisonPlan.Place {
            database == nil ? .folder(output: Paths.absolute(argument), run: run) : .database(run: argument)
        }
        return ComparisonPlan(
            a: place(a, nameA),
            b: place(b, nameB),
            datasetRoot: truth.datasetRoot.map(Paths.absolute),
            isStored: stored,
            mask: mask,
            hasRayIoU: !withoutRayIoU,
            seed: seed,
            most: most,
            form: json ? .json : .text(withScenes: scenes),
            page: html.map(Paths.absolute),
            replacesPage: replacing.isForced,
            limit: failBelow
        )
    }

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let plan = plan
        if let page = plan.page { try OutputFile.requireFree(page, replaces: plan.replacesPage) }
        let pair = try await read(plan)
        if let note = pair.note { Terminal.say("note: \(note)") }
        for line in pair.warnings { Terminal.say("warning: \(line)") }
        let report = try pair.report(plan)
        switch plan.form {
        case .text(let withScenes): Terminal.output(report.text(withScenes: withScenes, most: plan.most))
        case .json: Terminal.output(try report.json())
        }
        if let page = plan.page {
            try OutputFile.write(ComparisonPage(report: report).page.file, to: page, replaces: plan.replacesPage)
            Terminal.say(page)
        }
        if let limit = plan.limit, let failure = report.failure(limit: limit) {
            Terminal.say("failed: \(failure)")
            throw ExitStatus.someScenesFailed
        }
    }

    private func read(_ plan: ComparisonPlan) async throws -> RunPair {
        if case .folder(let outputA, let nameA) = plan.a, case .folder(let outputB, let nameB) = plan.b {
            func open(_ output: String, _ run: String?, _ letter: String) throws -> ComparedFolder {
                try ComparedFolder(
                    output: output,
                    folder: "run \(letter.uppercased())",
                    run: run,
                    option: "--run-\(letter)",
                    datasetRoot: plan.datasetRoot,
                    metrics: plan.metrics
                )
            }
            return try RunPair(open(outputA, nameA, "a"), open(outputB, nameB, "b"), plan)
        }
        var options = DatabaseOptions()
        options.database = database
        options.schema = schema
        return try await RunDatabase.use(options, output: nil, access: .reading) { queue in
            try await RunPair(inQueue: queue, a, b, plan)
        }
    }
}
