internal import ArgumentParser
internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import Foundation
internal import RunContract
internal import Scoring
internal import Storage

/// `occ-scheduler import-predictions`: other programs' predictions as a run.
struct ImportPredictionsCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "import-predictions",
        abstract: "Take predictions that another program made as a run, and score them.",
        discussion: """
            Example: occ-scheduler import-predictions --dataset /data/nuscenes --version v1.0-trainval --split val \\
                         --predictions results_nusc.json --output out
            Then evaluate, picture, verify and export work on it as on any run. No database and no pictures are needed.

            A file is a nuScenes results file: boxes of any detector. A folder holds voxel labels, uint8 [200, 200, 16], one .npz a \
            sample, in the forms that export writes: TOKEN.npz, SCENE/TOKEN/pred.npz or SCENE/TOKEN/labels.npz, with an array \
            pred, semantics or arr_0.
            """
    )

    @OptionGroup var scenes: DatasetOptions

    @Option(help: ArgumentHelp("Results file, or folder of .npz files.", valueName: "path"))
    var predictions: String

    @Option(help: ArgumentHelp("What to call the predictions in reports.", valueName: "name"))
    var model: String = "imported"

    @Option(help: ArgumentHelp("Output folder; scene files go to DIR/runs/<run>/.", valueName: "dir"))
    var output: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Name of the run (default: made from what defines it).", valueName: "name")
    )
    var runName: String?

    @Flag(help: "Import the scenes that are predicted whole, and list those left out.")
    var skipMissing = false

    @OptionGroup var logs: LogOptions

    var whatIsLeft: String {
        "scene files in '\(Paths.absolute(output))' are not a run yet, the same command begins anew"
    }

    func run() async throws {
        Terminal.say("reading '\(Paths.absolute(predictions))' and \(scenes.words)")
        let source = try PredictionSource.open(Paths.absolute(predictions))
        var isDetection = false
        if case .boxes = source { isDetection = true }
        let tables = try scenes.open()
        let resolved = try tables.resolve(
            split: scenes.split,
            options: ResolutionOptions(skipMissing: skipMissing, imageCheck: .none)
        )
        for omission in resolved.omitted { Terminal.say("warning: \(omission)") }
        let splitName = scenes.split ?? RunSettings.everyScene
        let truth = RunTruth(
            frames: resolved.scenes,
            annotations: isDetection
                ? try RunTruth.annotations(of: resolved.scenes, in: tables, split: scenes.split) : nil,
            labels: tables.labels
        )
        let work = try PredictionImport(
            source: source,
            scenes: resolved.scenes,
            truth: truth,
            description: PredictionImport.Description(
                datasetKind: scenes.kind.name,
                datasetRoot: scenes.root,
                datasetVersion: tables.version,
                split: splitName,
                model: model,
                source: Paths.absolute(predictions),
                software: BuildInformation.software,
                run: runName
            )
        )
        try report(work)
        let manifest = try work.write(toOutput: Paths.absolute(output)) { done, total in
            if Terminal.isInteractive { Terminal.showProgress("\(done)/\(total) scenes imported") }
        }
        let directory = try RunStores.open(output: Paths.absolute(output), run: work.run)
        let done = manifest.scenes.count { $0.state == .done }
        Terminal.say(
            "run \(work.run): \(done) of \(manifest.scenes.count) scenes imported; files in \(directory.place)"
        )
        try StoredScores.say(manifest, directory)
        if !work.incomplete.isEmpty || !resolved.omitted.isEmpty { throw ExitStatus.someScenesFailed }
    }

    /// Says what does not fit together, and refuses to go on unless that was allowed.
    private func report(_ work: PredictionImport) throws {
        if work.superfluousSamples > 0 {
            Terminal.say(
                "warning: \(work.superfluousSamples) predicted samples are not in the split and are left out"
            )
        }
        let lines = work.incomplete.prefix(5).map { "\n  \($0.scene) lacks sample \($0.token)" }.joined()
        guard !work.incomplete.isEmpty else { return }
        let text = "\(work.incomplete.count) scenes lack predictions:\(lines)"
        guard skipMissing else {
            throw CommandFailure(.configuration, "\(text)\n  (--skip-missing imports the other scenes)")
        }
        Terminal.say("warning: \(text)")
    }
}
