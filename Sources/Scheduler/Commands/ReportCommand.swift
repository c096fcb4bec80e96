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
    var minimumScore: Double = DetectionMetric.shownScore

    @Flag(help: "Replace an earlier report; other files are never replaced.")
    var force = false

    func validate() throws {
        try NumberRange.require(worst, in: 0...200, "--worst")
        try NumberRange.require(limitSize, in: 1...1_000_000, "--limit-size")
        try NumberRange.require(minimumScore, in: 0...1, "--minimum-score")
        if compareRun != nil, compare == nil { throw ValidationError("--compare-run goes with --compare") }
    }

    func run() async throws {
        let signals = SignalWatcher()
        let check: @Sendable () throws -> Void = {
            if signals.isInterrupted {
                throw CommandFailure(.interrupted, "interrupted; nothing was kept, the same command begins anew")
            }
        }
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
        let site = try write(manifest, directory, beside, chosen, plan, remarks, to: folder, check)
        isPublished = true
        try folder.publish()
        Terminal.say("\(folder.target)/index.html (\(ByteText.of(site)))")
    }

    /// The run that stands beside.
    private static func beside(
        _ output: String,
        _ run: String?
    ) throws -> (manifest: RunManifest, directory: any RunStore) {
        var options = ResultOptions()
        options.output = output
        options.runName = run
        let directory = try options.directory()
        return (try directory.readManifest(), directory)
    }

    /// Scores, draws and writes everything; gives the bytes.
    private func write(
        _ manifest: RunManifest,
        _ directory: any RunStore,
        _ beside: (manifest: RunManifest, directory: any RunStore)?,
        _ chosen: Set<String>,
        _ plan: ReportPlan,
        _ remarks: [String],
        to folder: ReportFolder,
        _ check: @Sendable () throws -> Void
    ) throws -> Int {
        let datasetRoot = truth.datasetRoot.map(Paths.absolute)
        if let beside {
            func side(_ manifest: RunManifest, _ directory: any RunStore) throws -> ComparedRun {
                let kind = try FileScores(manifest: manifest, directory: directory, datasetRoot: nil).firstKind()
                return ComparedRun(manifest, output: directory.output, kind: kind)
            }
            try ComparedRun.check(side(manifest, directory), side(beside.manifest, beside.directory))
        }
        let input = try ReportInput(manifest, directory, scenes: chosen, datasetRoot: datasetRoot)
        try check()
        let other = try beside.map {
            try ReportInput($0.manifest, $0.directory, scenes: chosen, datasetRoot: datasetRoot)
        }
        try check()
        let shown = input.manifest.done.filter { !$0.sampleTokens.isEmpty }
        Terminal.say(
            "\(shown.count) scenes, \(input.content.samples.samples.count) samples; the folder takes at most"
                + " \(ByteText.of(plan.forecastBytes))"
        )
        let site = ReportSite(scenes: shown.map(\.name))
        let worst = input.content.samples.worst(plan.worst).samples
        let outcome = try pictures(input, other, site, plan, worst, folder).draw(shown, check: check) { drawn in
            if Terminal.isInteractive || drawn % 50 == 0 {
                Terminal.showProgress("\(drawn) of \(input.content.samples.samples.count) samples drawn")
            }
        }
        for line in outcome.lines { Terminal.say("warning: \(line)") }
        let pages = ReportPages(
            site: site,
            content: input.content,
            other: other?.content,
            remarks: remarks + plan.remarks + outcome.lines,
            worst: worst,
            outcome: outcome
        )
        var byteCount = outcome.byteCount
        for (place, page) in pages.all {
            let bytes = page.file
            byteCount += bytes.count
            try ReportFolder.write(bytes, to: "\(folder.temporary)/\(place.path)")
        }
        return byteCount
    }

    private func pictures(
        _ input: ReportInput,
        _ other: ReportInput?,
        _ site: ReportSite,
        _ plan: ReportPlan,
        _ worst: [SampleList.Sample],
        _ folder: ReportFolder
    ) throws -> ReportPictures {
        let wanted = plan.stills == .all ? input.content.samples.samples : worst
        return ReportPictures(
            samples: try samples(of: input),
            directory: input.directory,
            other: other.map { other in
                (other.directory, Dictionary(other.manifest.done.map { ($0.name, $0) }) { first, _ in first })
            },
            site: site,
            plan: plan,
            folder: folder.temporary,
            wanted: Dictionary(grouping: wanted, by: \.scene).mapValues { Set($0.map(\.index)) },
            notes: input.samplesByScene.mapValues { list in
                Dictionary(list.map { ($0.index, $0.line) }) { first, _ in first }
            }
        )
    }

    /// What samples are drawn from: what they were scored by, and the tables where scoring did without.
    private func samples(of input: ReportInput) throws -> ReportSamples {
        let isDetection = input.kind == .detections
        let kind = try DatasetKind.of(input.manifest)
        var known = input.truth ?? RunTruth(frames: [], annotations: nil, labels: kind.labels(input.root))
        if known.frames.isEmpty {
            do {
                known = try RunTruth.read(
                    kind.open(input.root, input.manifest.datasetVersion),
                    split: RunSettings.namedSplit(input.manifest.split),
                    isDetection: isDetection
                )
            } catch let error as DatasetError where !isDetection {
                Terminal.say("note: the dataset's tables are not at hand, so there are no camera pictures: \(error)")
            }
        }
        return ReportSamples(model: input.manifest.model, truth: known, root: input.root, minimumScore: minimumScore)
    }
}

extension ReportPlan.Stills: ExpressibleByArgument {}
