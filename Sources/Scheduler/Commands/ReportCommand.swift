internal import ArgumentParser
internal import CommandSupport
internal import Scoring
internal import Storage
internal import SystemSupport

/// `occ-scheduler report`: a run as pages and pictures for a browser.
struct ReportCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make a static site of a run: scores, scenes as films, samples as sheets.",
        discussion: """
            Example: occ-scheduler report --output out --to report
            Example: occ-scheduler report --output out --compare out-before --to report --stills worst

            The pages open from disk in any browser and need neither a script nor anything from elsewhere. Scores are computed from the \
            files where ground truth is at hand. With --compare, a second run of the same dataset stands beside the first. How large the \
            folder may become is said before anything is drawn.
            """
    )

    @OptionGroup var results: ResultOptions
    @OptionGroup var truth: GroundTruthOptions

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("Folder for the site; index.html is its first page.", valueName: "dir")
    )
    var target: String

    @Option(
        help: ArgumentHelp("Output folder of another run of the same dataset to stand beside it.", valueName: "dir")
    )
    var compare: String?

    @Option(
        help: ArgumentHelp(
            "Name of the run in the --compare folder (default: the only one there is).",
            valueName: "name"
        )
    )
    var compareRun: String?

    @Option(
        name: .customLong("scene"),
        help: ArgumentHelp("Report on this scene only; may be given several times.", valueName: "name")
    )
    var scenes: [String] = []

    @Option(help: "Samples that have a sheet of their own: all, or those of the list of worst samples.")
    var stills: ReportPlan.Stills = .all

    @Option(help: ArgumentHelp("Samples in the list of the worst ones.", valueName: "n"))
    var worst: Int = 12

    @Option(
        help: ArgumentHelp(
            "Leave out sheets, then pictures of films, so that the folder stays below this.",
            valueName: "MB"
        )
    )
    var limitSize: Int = 4000

    @Option(help: ArgumentHelp("Leave out boxes of a lower score.", valueName: "0-1"))
    var minimumScore: Double = DetectionMetric.shownScore

    @Flag(help: "Replace an earlier report; other files are never replaced.")
    var force = false

    @OptionGroup var logs: LogOptions

    func validate() throws {
        try NumberRange.require(worst, in: 1...200, "--worst")
        try NumberRange.require(limitSize, in: 1...1_000_000, "--limit-size")
        try NumberRange.require(minimumScore, in: 0...1, "--minimum-score")
        if compareRun != nil, compare == nil { throw ValidationError("--compare-run goes with --compare") }
    }

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let directory = try results.directory()
        let manifest = try directory.readManifest()
        var chosen = Set(try SampleList.chosen(manifest, scenes).map(\.name))
        let beside = try compare.map { try Self.beside($0, compareRun) }
        var remarks: [String] = []
        if let beside {
            let pair = ReportPair(manifest, beside.manifest, chosen: chosen)
            guard !pair.scenes.isEmpty else {
                throw CommandFailure(
                    .configuration,
                    "runs '\(manifest.run)' and '\(beside.manifest.run)' have no scene that is done in both with the same samples"
                )
            }
            chosen = Set(pair.scenes)
            remarks += pair.remark.map { [$0] } ?? []
        }
        let shown = manifest.done.filter { chosen.contains($0.name) && !$0.sampleTokens.isEmpty }
        guard !shown.isEmpty else {
            throw CommandFailure(.configuration, "no scene of the run is done, so there is nothing to report")
        }
        let plan = try ReportPlan(
            sampleCounts: shown.map(\.sampleTokens.count),
            worst: worst,
            stills: stills,
            limitBytes: limitSize * 1_000_000
        )
        for remark in remarks + plan.remarks { Terminal.say("note: \(remark)") }
        let folder = try ReportFolder(Paths.absolute(target), replaces: force)
        var isPublished = false
        defer { if !isPublished { folder.discard() } }
        let maker = ReportMaker(
            scenes: chosen,
            datasetRoot: truth.datasetRoot.map(Paths.absolute),
            minimumScore: minimumScore,
            plan: plan,
            remarks: remarks
        )
        let byteCount = try maker.make((manifest, directory), beside: beside, in: folder.temporary)
        isPublished = true
        try folder.publish()
        Terminal.say("\(folder.target)/index.html (\(ByteText.of(byteCount)))")
    }

    /// The run that stands beside.
    private static func beside(
        _ output: String,
        _ run: String?
    ) throws -> (manifest: RunManifest, directory: any RunStore) {
        var options = ResultOptions()
        options.output = output
        options.runName = run
        let directory = try options.directory(folder: "--compare", option: "--compare-run")
        return (try directory.readManifest(), directory)
    }
}

extension ReportPlan.Stills: ExpressibleByArgument {}
