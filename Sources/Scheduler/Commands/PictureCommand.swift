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

/// `occ-scheduler picture`: one sample from above, or every sample of a scene.
struct PictureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picture",
        abstract: "Draw a sample from above: prediction, and ground truth beside it where it is at hand.",
        discussion: """
            Example: occ-scheduler picture --output out --sample TOKEN --to sample.png
            Example: occ-scheduler picture --output out --scene scene-0103 --all --to pictures

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

    @Option(help: ArgumentHelp("Scene of the sample (default: the run's first).", valueName: "name"))
    var scene: String?

    @Flag(help: "Draw every sample of the scene into a folder; names are index and token.")
    var all = false

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Picture to write, whose name ends in .png, .jpg or .jpeg; with --all the folder for .png files.",
            valueName: "path"
        )
    )
    var target: String

    @Option(help: ArgumentHelp("Leave out boxes of a lower score.", valueName: "0-1"))
    var minimumScore: Double = 0.2

    @Flag(help: "Draw the six camera pictures above; reads the dataset's tables.")
    var cameras = false

    @OptionGroup var replacing: ReplaceOptions

    func validate() throws {
        try NumberRange.require(minimumScore, in: 0...1, "--minimum-score")
        if all {
            guard scene != nil else { throw ValidationError("--all draws every sample of a scene: --scene NAME") }
            guard sample == nil else { throw ValidationError("--all draws every sample; leave out --sample") }
            guard PictureFormat(path: target) == nil else {
                throw ValidationError("--to '\(target)' names a picture; with --all it is a folder")
            }
            return
        }
        guard PictureFormat(path: target) != nil else {
            throw ValidationError(
                "--to '\(target)': the name must end in .png, .jpg or .jpeg, the formats that are written"
            )
        }
    }

    func run() async throws {
        let directory = try results.directory()
        let manifest = try directory.readManifest()
        let plan = try PicturePlan(manifest, scene: scene, sample: sample, all: all, target: Paths.absolute(target))
        if all { try Folders.create(Paths.absolute(target)) }
        let reader = try directory.open(plan.scene)
        var tables: PictureTables?
        for file in plan.files {
            let picture = try draw(file.token, of: plan.scene, manifest, reader, &tables)
            guard let format = PictureFormat(path: file.path) else { continue }
            try OutputFile.write(try format.encode(picture), to: file.path, replaces: replacing.isForced)
            Terminal.say(file.path)
        }
    }

    /// Draws one sample; the tables are read once a scene, where they are needed at all.
    private func draw(
        _ token: String,
        of scene: RunManifest.Scene,
        _ manifest: RunManifest,
        _ reader: SceneFileReader,
        _ known: inout PictureTables?
    ) throws -> RGBImage {
        let entry = try reader.entry(token: token)
        let subtitle = "\(manifest.datasetVersion) \(scene.name) \(token)"
        let root = truth.root(manifest)
        func readTables() throws -> PictureTables {
            let tables = try known ?? PictureTables(root: root, manifest: manifest, scene: scene.name)
            known = tables
            return tables
        }
        switch entry.kind {
        case .occupancy:
            let labels = try reader.sample(entry).occupancy().bytes
            var figure = try occupancy(labels, manifest, scene.name, token)
            figure.subtitle = subtitle
            figure.cameras = cameras ? try readTables().pictures(of: token) : []
            return try figure.render()
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
            return try figure.render()
        }
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
}
