internal import ArgumentParser
internal import CommandSupport
internal import Datasets
internal import Foundation
internal import Reporting
internal import RunContract
internal import Scoring
internal import Storage
internal import SystemSupport

/// `occ-scheduler report`: a run as pages and pictures for a browser.
struct ReportCommand: AsyncParsableCommand {
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
    var minimumScore: Double = 0.2

    @OptionGroup var replacing: ReplaceOptions

    func validate() throws {
        try NumberRange.require(worst, in: 0...200, "--worst")
        try NumberRange.require(limitSize, in: 10...1_000_000, "--limit-size")
        try NumberRange.require(minimumScore, in: 0...1, "--minimum-score")
        if compareRun != nil, compare == nil { throw ValidationError("--compare-run goes with --compare") }
    }

    func run() async throws {
        let datasetRoot = truth.datasetRoot.map(Paths.absolute)
        let input = try ReportInput(results.directory(), chosen: scenes, datasetRoot: datasetRoot)
        let shown = input.manifest.done.filter { !$0.sampleTokens.isEmpty }
        guard !shown.isEmpty else {
            throw CommandFailure(.configuration, "no scene of the run is done, so there is nothing to report")
        }
        let other = try compare.map { try Self.other($0, compareRun, beside: input, datasetRoot: datasetRoot) }
        let worstSamples = input.content.samples.worst(worst).samples
        let plan = ReportPlan(
            sampleCounts: shown.map(\.sampleTokens.count),
            worst: worstSamples.count,
            stills: stills,
            limitBytes: limitSize * 1_000_000
        )
        Terminal.say(
            "\(shown.count) scenes, \(input.content.samples.samples.count) samples; the folder takes at most"
                + " \(ByteText.of(plan.forecastBytes))"
        )
        for remark in plan.remarks { Terminal.say("note: \(remark) (--limit-size \(limitSize))") }
        let folder = try ReportFolder(Paths.absolute(target), replaces: replacing.isForced)
        do {
            let byteCount = try write(input, other, shown, worstSamples, plan, to: folder)
            try folder.publish()
            Terminal.say("\(folder.target)/index.html (\(ByteText.of(byteCount)))")
        } catch {
            folder.discard()
            throw error
        }
    }

    /// The run that stands beside.
    private static func other(
        _ output: String,
        _ run: String?,
        beside input: ReportInput,
        datasetRoot: String?
    ) throws -> ReportInput {
        var options = ResultOptions()
        options.output = output
        options.runName = run
        let directory = try options.directory()
        let manifest = try directory.readManifest()
        let names = Set(manifest.scenes.map(\.name))
        let shared = input.manifest.scenes.map(\.name).filter(names.contains)
        guard !shared.isEmpty else {
            throw CommandFailure(
                .configuration,
                "run '\(manifest.run)' in '\(output)' has none of the scenes of '\(input.manifest.run)'; --compare is for runs of one dataset"
            )
        }
        let other = try ReportInput(directory, chosen: shared, datasetRoot: datasetRoot)
        try ComparedRun.check(input.compared, other.compared)
        return other
    }

    /// Draws and writes everything; gives the bytes.
    private func write(
        _ input: ReportInput,
        _ other: ReportInput?,
        _ shown: [RunManifest.Scene],
        _ worstSamples: [SampleList.Sample],
        _ plan: ReportPlan,
        to folder: ReportFolder
    ) throws -> Int {
        let site = ReportSite(scenes: shown.map(\.name))
        let byScene = input.samplesByScene
        let wanted = plan.stills == .all ? input.content.samples.samples : worstSamples
        let stills = Dictionary(grouping: wanted, by: \.scene).mapValues { Set($0.map(\.index)) }
        let pictures = ReportPictures(
            samples: try samples(of: input),
            directory: input.directory,
            site: site,
            plan: plan,
            folder: folder.temporary,
            stills: stills,
            notes: byScene.mapValues { list in
                Dictionary(list.map { ($0.index, $0.line) }) { first, _ in first }
            }
        )
        let total = shown.reduce(0) { $0 + $1.sampleTokens.count }
        let outcome = try pictures.draw(shown) { drawn in
            if Terminal.isInteractive || drawn % 50 == 0 { Terminal.showProgress("\(drawn) of \(total) samples drawn") }
        }
        for remark in outcome.remarks { Terminal.say("warning: \(remark)") }
        let remarks = outcome.remarks + (outcome.remarkCount > 5 ? ["and \(outcome.remarkCount - 5) more"] : [])
        let overview = OverviewPage(
            site: site,
            content: input.content,
            other: other?.content,
            plan: plan,
            worst: worstSamples,
            remarks: remarks
        )
        var files = [(ReportSite.overview, overview.page.file)]
        let others = other.map(\.samplesByScene) ?? [:]
        for (place, scene) in input.content.shownScenes.enumerated() {
            let scenes = input.content.shownScenes
            let page = ScenePage(
                site: site,
                scene: scene,
                samples: byScene[scene.name] ?? [],
                others: Dictionary((others[scene.name] ?? []).map { ($0.token, $0) }) { first, _ in first },
                otherRun: other?.manifest.run,
                stills: stills[scene.name] ?? [],
                filmSize: outcome.filmSizes[scene.name] ?? (0, 0),
                previous: place > 0 ? scenes[place - 1].name : nil,
                next: place + 1 < scenes.count ? scenes[place + 1].name : nil
            )
            files.append((site.page(scene.name), page.page.file))
        }
        for (place, bytes) in files { try ReportFolder.write(bytes, to: "\(folder.temporary)/\(place.path)") }
        return outcome.byteCount + files.reduce(0) { $0 + $1.1.count }
    }

    /// What samples are drawn from.
    private func samples(of input: ReportInput) throws -> ReportSamples {
        let isDetection = input.kind == .detections
        let kind = try DatasetKind.of(input.manifest)
        var known = RunTruth(frames: [], annotations: nil, labels: kind.labels(input.root))
        do {
            known = try RunTruth.read(
                kind.open(input.root, input.manifest.datasetVersion),
                split: RunSettings.namedSplit(input.manifest.split),
                isDetection: isDetection
            )
        } catch let error as DatasetError where !isDetection {
            Terminal.say("note: the dataset's tables are not at hand, so there are no camera pictures: \(error)")
        }
        return ReportSamples(model: input.manifest.model, truth: known, root: input.root, minimumScore: minimumScore)
    }
}

extension ReportPlan.Stills: ExpressibleByArgument {}
