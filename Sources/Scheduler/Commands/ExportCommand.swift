internal import ArgumentParser
internal import ArrayFiles
internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import Foundation
internal import Scenes
internal import Storage
internal import SystemSupport

/// `occ-scheduler export`: predictions in other programs' formats.
struct ExportCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a run's predictions in the forms that other programs read.",
        discussion: """
            Example: occ-scheduler export --output out --format sparseocc --to submission

            evalai     <token>.npz, one unnamed array: submissions to the Occ3D server
            sparseocc  <token>.npz, key pred
            flashocc   <scene>/<token>/pred.npz, keys pred, gt (where ground truth is at hand), sample_token
            labels     gts/<scene>/<token>/labels.npz: predictions as training labels; the masks are the ground truth's where \
            there is one, else all ones
            nuscenes   results_nusc.json: boxes of a detection network, every sample of the run, for nuscenes-devkit and its server

            Interrupted, the same command goes on: files that are right are left alone. Files that hold something else (another \
            format, another run) are replaced with --force only.
            """
    )

    @OptionGroup var results: ResultOptions
    @OptionGroup var truth: GroundTruthOptions

    @Option(help: "Form of the files.")
    var format: ExportFormat

    @Option(name: .customLong("to"), help: ArgumentHelp("Folder to fill.", valueName: "dir"))
    var target: String

    @OptionGroup var replacing: ReplaceOptions

    var whatIsLeft: String { "files in '\(Paths.absolute(target))' are whole, the same command adds the others" }

    func run() async throws {
        let directory = try results.directory()
        let manifest = try directory.readManifest()
        guard let dialect = format.dialect else {
            let export = NuScenesExport(
                directory: directory,
                manifest: manifest,
                datasetRoot: truth.datasetRoot,
                replaces: replacing.isForced
            )
            return try export.write(to: Paths.absolute(target))
        }
        let labels = try truth.labels(manifest)
        if dialect == .labels { try refuseDataset(manifest) }
        let exporter = OccupancyExporter(
            folder: Paths.absolute(target),
            dialect: dialect,
            replaces: replacing.isForced
        )
        let wantsTruth = dialect == .flashOcc || dialect == .labels
        var written = 0
        var unchanged = 0
        // A folder that another export filled is found out before anything is added to it.
        let done = manifest.done
        let taken = try done.firstIndex { scene in
            try scene.sampleTokens.contains { try Folders.isPresent(exporter.path(scene: scene.name, token: $0)) }
        }
        for scene in (taken.map { [done[$0]] } ?? []) + done.indices.filter({ $0 != taken }).map({ done[$0] }) {
            let reader = try directory.open(scene)
            for entry in reader.entries {
                let prediction = try reader.sample(entry).occupancy()
                let sample = ExportSample(
                    scene: scene.name,
                    token: entry.token,
                    prediction: prediction.bytes,
                    truth: wantsTruth ? try labels.wholeLabels(scene: scene.name, sample: entry.token) : nil
                )
                if try exporter.write(sample) == .written { written += 1 } else { unchanged += 1 }
                if Terminal.isInteractive { Terminal.showProgress("\(written + unchanged) samples") }
            }
        }
        Terminal.say("\(exporter.folder): \(written) files written, \(unchanged) were there already")
        let missing = manifest.scenes.count { $0.state != .done }
        if missing > 0 {
            Terminal.say("warning: \(missing) scenes of the run are not done and not exported")
            throw ExitStatus.someScenesFailed
        }
    }

    /// Predictions must never take the place of ground truth.
    private func refuseDataset(_ manifest: RunManifest) throws {
        let real = { (path: String) in URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        let folder = Paths.absolute(target)
        let kind = try DatasetKind.of(manifest)
        let datasets = [manifest.datasetFolder, truth.datasetRoot.map(Paths.absolute)].compactMap { $0 }
            .map { kind.pictureFolder($0) }
        let hasTables = try Folders.isPresent("\(folder)/\(manifest.datasetVersion)/scene.json")
        if hasTables || datasets.contains(where: { real($0) == real(folder) }) {
            throw CommandFailure(
                .configuration,
                "'\(folder)' is a dataset: its gts/ would be overwritten with predictions; choose another folder with --to"
            )
        }
    }
}
