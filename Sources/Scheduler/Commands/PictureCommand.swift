internal import ArgumentParser
internal import ArrayFiles
internal import CommandSupport
internal import Datasets
internal import Foundation
internal import ImageFiles
internal import Reporting
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage
internal import SystemSupport

/// `occ-scheduler picture`: one sample from above.
struct PictureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picture",
        abstract: "Draw a sample from above: prediction, and ground truth beside it where it is at hand.",
        discussion: """
            Example: occ-scheduler picture --output out --sample TOKEN --to sample.png

            Voxel labels are drawn as they are stored. Boxes are drawn around the car, which takes the dataset's tables; the fainter a \
            box, the lower its score; a line ahead of it ends where it is a second later.
            """
    )

    @OptionGroup var results: ResultOptions
    @OptionGroup var truth: GroundTruthOptions

    @Option(
        help: ArgumentHelp("Token of the sample (default: the run's first); `samples` lists them.", valueName: "token")
    )
    var sample: String?

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("Picture to write; its name ends in .png, .jpg or .jpeg.", valueName: "file")
    )
    var target: String

    @Option(help: ArgumentHelp("Leave out boxes of a lower score.", valueName: "0-1"))
    var minimumScore: Double = 0.2

    @Flag(help: "Draw the six camera pictures above; reads the dataset's tables.")
    var cameras = false

    @OptionGroup var replacing: ReplaceOptions

    func validate() throws {
        try NumberRange.require(minimumScore, in: 0...1, "--minimum-score")
        guard PictureFormat(path: target) != nil else {
            throw ValidationError(
                "--to '\(target)': the name must end in .png, .jpg or .jpeg, the formats that are written"
            )
        }
    }

    func run() async throws {
        let directory = try results.directory()
        let manifest = try directory.readManifest()
        let (scene, token) = try find(manifest)
        let reader = try directory.open(scene)
        let entry = try reader.entry(token: token)
        let subtitle = "\(manifest.datasetVersion) \(scene.name) \(token)"
        let root = truth.root(manifest)
        func readTables() throws -> PictureTables {
            try PictureTables(root: root, manifest: manifest, scene: scene.name)
        }
        let picture: RGBImage
        switch entry.kind {
        case .occupancy:
            let labels = try reader.sample(entry).occupancy().bytes
            var figure = try occupancy(labels, manifest, scene.name, token)
            figure.subtitle = subtitle
            figure.cameras = cameras ? try readTables().pictures(of: token) : []
            picture = try figure.render()
        case .detections:
            let view = BoxView(
                document: try reader.sample(entry).detectionsJSON(),
                token: token,
                minimumScore: minimumScore
            )
            let tables = try readTables()
            var figure = try view.figure(tables.frames, annotations: tables.annotations(of: token))
            figure.title = manifest.model
            figure.subtitle = subtitle
            figure.cameras = cameras ? try tables.pictures(of: token) : []
            picture = try figure.render()
        }
        guard let format = PictureFormat(path: target) else { return }
        try OutputFile.write(try format.encode(picture), to: Paths.absolute(target), replaces: replacing.isForced)
        Terminal.say(Paths.absolute(target))
    }

    private func occupancy(
        _ prediction: [UInt8],
        _ manifest: RunManifest,
        _ scene: String,
        _ token: String
    ) throws -> BirdsEyeFigure {
        let labels = try truth.labels(manifest).wholeLabels(scene: scene, sample: token)
        // What no camera sees is not scored, and dimmed in both.
        var panels = [
            BirdsEyeFigure.Panel(
                title: "prediction",
                grid: VoxelLabels(semantics: prediction, maskCamera: labels?.maskCamera),
                isDimmed: labels?.maskCamera != nil
            )
        ]
        if let labels {
            panels.append(
                BirdsEyeFigure.Panel(
                    title: "ground truth",
                    note: labels.maskCamera == nil ? "the label file has no mask_camera" : "dimmed: no camera sees it",
                    grid: labels,
                    isDimmed: labels.maskCamera != nil
                )
            )
        }
        return BirdsEyeFigure(title: "\(manifest.model)", panels: panels)
    }

    private func find(_ manifest: RunManifest) throws -> (RunManifest.Scene, String) {
        for scene in manifest.done {
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
