internal import ArgumentParser
internal import ArrayFiles
internal import CommandSupport
internal import Datasets
internal import Foundation
internal import ImageFiles
internal import Reporting
internal import Runs
internal import Storage
internal import SystemSupport

/// `occ-scheduler picture`: one sample from above.
struct PictureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picture",
        abstract: "Draw a sample from above: prediction, and ground truth beside it where it is at hand.",
        discussion: "Example: occ-scheduler picture --output out --sample TOKEN --to sample.png"
    )

    @OptionGroup var results: ResultOptions
    @OptionGroup var truth: GroundTruthOptions

    @Option(help: ArgumentHelp("Token of the sample (default: the run's first).", valueName: "token"))
    var sample: String?

    @Option(name: .customLong("to"), help: ArgumentHelp("Picture to write.", valueName: "png"))
    var target: String

    @Flag(help: "Draw the six camera pictures above; reads the dataset's tables.")
    var cameras = false

    func run() async throws {
        let directory = try results.directory()
        let manifest = try directory.readManifest()
        let (scene, token) = try find(manifest)
        let reader = try SceneFileReader(path: "\(directory.path)/\(scene.fileName ?? "")")
        let prediction = try reader.sample(token: token).occupancy().bytes
        let labelPath = truth.locator(manifest).path(scene: scene.name, sample: token)
        let labels = Folders.exists(labelPath) ? try Occ3DLabels.read(labelPath) : nil
        // What no camera sees is not scored, and dimmed in both.
        var panels = [
            BirdsEyeFigure.Panel(
                title: "prediction",
                grid: try OccupancyGrid(labels: prediction, cameraMask: labels?.maskCamera),
                isDimmed: labels != nil
            )
        ]
        if let labels {
            panels.append(
                BirdsEyeFigure.Panel(
                    title: "ground truth",
                    note: "dimmed: no camera sees it",
                    grid: try OccupancyGrid(labels: labels.semantics, cameraMask: labels.maskCamera),
                    isDimmed: true
                )
            )
        }
        let figure = BirdsEyeFigure(
            title: "\(manifest.model)",
            subtitle: "\(manifest.datasetVersion) \(scene.name) \(token)",
            panels: panels,
            cameras: cameras ? try pictures(manifest, scene: scene.name, token: token) : []
        )
        try AtomicFile.write(try PNGEncoder.encode(figure.render()), to: Paths.absolute(target))
        Terminal.say(Paths.absolute(target))
    }

    private func pictures(_ manifest: RunManifest, scene: String, token: String) throws -> [BirdsEyeFigure.Camera] {
        let root = truth.datasetRoot.map(Paths.absolute) ?? manifest.datasetFolder
        let dataset = try NuScenesDataset.open(root: root, version: manifest.datasetVersion)
        let split = manifest.split == RunSettings.everyScene ? nil : manifest.split
        let resolved = try dataset.resolve(
            split: split,
            options: ResolutionOptions(skipMissing: true, imageCheck: .none)
        )
        let sample = resolved.scenes.first { $0.name == scene }?.samples.first { $0.token == token }
        guard let sample else {
            throw CommandFailure(.configuration, "'\(root)' has no sample '\(token)' of scene '\(scene)' any more")
        }
        let decoder = try JPEGDecoder()
        return try sample.cameras.map { camera in
            let file = try MappedFile(path: "\(root)/\(camera.imagePath)")
            do {
                return .init(name: camera.channel, image: try file.withBytes { try decoder.decode(Array($0)) })
            } catch {
                throw CommandFailure(.configuration, "cannot decode '\(file.path)': \(error)")
            }
        }
    }

    private func find(_ manifest: RunManifest) throws -> (RunManifest.Scene, String) {
        for scene in manifest.scenes where scene.state == .done {
            if let sample {
                if scene.sampleTokens.contains(sample) { return (scene, sample) }
            } else if let first = scene.sampleTokens.first {
                return (scene, first)
            }
        }
        throw CommandFailure(
            .configuration,
            sample.map { "run '\(manifest.run)' has no finished sample '\($0)'" } ?? "no scene of the run is done"
        )
    }
}
