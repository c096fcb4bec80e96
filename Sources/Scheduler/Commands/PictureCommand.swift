internal import ArgumentParser
internal import ArrayFiles
internal import CommandSupport
internal import Datasets
internal import Foundation
internal import ImageFiles
internal import Reporting
internal import Runs
internal import Scenes
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
        let reader = try SceneFileReader(path: "\(directory.path)/\(scene.fileName ?? "")")
        let entry = try reader.entry(token: token)
        let subtitle = "\(manifest.datasetVersion) \(scene.name) \(token)"
        let tables = PictureTables(
            root: truth.datasetRoot.map(Paths.absolute) ?? manifest.datasetFolder,
            manifest: manifest,
            scene: scene.name
        )
        let picture: RGBImage
        switch entry.kind {
        case .occupancy:
            let labels = try reader.sample(entry).occupancy().bytes
            picture = try occupancy(labels, manifest, scene.name, token, subtitle: subtitle, tables).render()
        case .detections:
            let view = BoxView(
                document: try reader.sample(entry).detectionsJSON(),
                token: token,
                minimumScore: minimumScore
            )
            var figure = try view.figure(tables.frames(), annotations: tables.annotations(of: token))
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
        _ token: String,
        subtitle: String,
        _ tables: PictureTables
    ) throws -> BirdsEyeFigure {
        let labelPath = truth.locator(manifest).path(scene: scene, sample: token)
        let labels = try Folders.isPresent(labelPath) ? Occ3DFile.read(labelPath) : nil
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
        return BirdsEyeFigure(
            title: "\(manifest.model)",
            subtitle: subtitle,
            panels: panels,
            cameras: cameras ? try tables.pictures(of: token) : []
        )
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
