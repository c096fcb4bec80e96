internal import ArgumentParser
internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import Foundation
internal import JobQueue
internal import Runs
internal import Storage

/// `occ-scheduler evaluate`: the Occ3D mIoU of a run.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Score a run's occupancy predictions against Occ3D ground truth.",
        discussion: """
            Example: occ-scheduler evaluate --output out
            Example: occ-scheduler evaluate --database postgresql://db.local/occ --run NAME --mask none

            From files, predictions are scored anew where ground truth is at hand, else the scores in run.json are summed. From a \
            database, the confusions that workers stored are summed. All ways give the same numbers.
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

    @Option(help: "Voxels to score: those a camera sees (the benchmark's rule), those the lidar saw, or all.")
    var mask: VisibilityMask = .camera

    @Flag(help: "List every scene's own score.")
    var scenes = false

    @Flag(help: "Sum the scores in run.json even where ground truth is at hand.")
    var stored = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @Flag(help: "Print the lines that FlashOcc prints.")
    var flashocc = false

    func run() async throws {
        let (report, unscored) = try await output == nil ? scoreDatabase() : scoreFiles()
        guard report.sampleCount > 0 else {
            throw CommandFailure(
                .configuration,
                "no sample of the run has ground truth; expected DATASET/gts/<scene>/<sample>/labels.npz (--dataset-root DIR)"
            )
        }
        for scene in unscored {
            Terminal.say("warning: \(scene) has no score: its ground truth is missing or incomplete")
        }
        if json {
            Terminal.output(String(decoding: try report.json(), as: UTF8.self))
        } else if flashocc {
            Terminal.output(report.flashOccLines)
        } else {
            Terminal.output(report.table(withScenes: scenes))
        }
    }

    private func scoreFiles() throws -> (OccupancyReport, [String]) {
        var options = ResultOptions()
        options.output = output ?? ""
        options.runName = runName
        let directory = try options.directory()
        let manifest = try directory.readManifest()
        let locator = truth.locator(manifest)
        var scores = try RunScores.stored(in: manifest)
        if truth.datasetRoot != nil && !FileManager.default.fileExists(atPath: locator.groundTruthRoot) {
            throw CommandFailure(
                .configuration,
                "there is no ground truth in '\(locator.groundTruthRoot)'; check --dataset-root"
            )
        }
        if !stored && FileManager.default.fileExists(atPath: locator.groundTruthRoot) {
            scores = try RunScores.recomputed(manifest, directory: directory, locator: locator)
        }
        return (scores.report(manifest, mask: mask), scores.unscored)
    }

    private func scoreDatabase() async throws -> (OccupancyReport, [String]) {
        var selection = RunSelection()
        selection.runName = runName
        selection.output = nil
        return try await RunDatabase.use(databaseOptions, output: nil) { [selection] queue in
            let status = try await selection.select(from: queue)
            let scores = try await RunScores.stored(inQueue: queue, run: status.name)
            let settings = try RunSettings(json: status.settings, run: status.name)
            return (scores.report(settings, mask: mask, expectedSamples: status.counts.samplesTotal), scores.unscored)
        }
    }
}
