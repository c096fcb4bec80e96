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

/// `occ-scheduler picture`: one sample, from above, as voxels, or with everything.
struct PictureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picture",
        abstract: "Draw a sample: prediction, and ground truth beside it where it is at hand.",
        discussion: """
            Example: occ-scheduler picture --output out --sample TOKEN --view all --to sample.png

            Voxel labels are drawn as they are stored. Boxes are drawn around the car, which takes the dataset's tables; the fainter a \
            box, the lower its score; a line ahead of it ends where it is a second later. Camera pictures show them with class and \
            score, and ground truth dashed. docs/pictures.md explains what each view shows.
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
        help: ArgumentHelp("Picture to write; its name ends in .png, .jpg, .jpeg or .webp.", valueName: "file")
    )
    var target: String

    @Option(help: ArgumentHelp("Leave out boxes of a lower score.", valueName: "0-1"))
    var minimumScore: Double = 0.2

    @Option(help: "From above, as solid voxels, or both with camera pictures and differences.")
    var view: PictureView = .above

    @Flag(help: "Draw the six camera pictures above, with boxes in them; reads the dataset's tables.")
    var cameras = false

    @OptionGroup var replacing: ReplaceOptions

    func validate() throws {
        try NumberRange.require(minimumScore, in: 0...1, "--minimum-score")
        guard PictureFormat(path: target) != nil else {
            throw ValidationError(
                "--to '\(target)': the name must end in .png, .jpg, .jpeg or .webp, the formats that are written"
            )
        }
    }

    func run() async throws {
        let directory = try results.directory()
        let manifest = try directory.readManifest()
        let (scene, token) = try find(manifest)
        let reader = try directory.open(scene)
        let entry = try reader.entry(token: token)
        let root = truth.root(manifest)
        func readTables() throws -> PictureTables {
            try PictureTables(root: root, manifest: manifest, scene: scene.name)
        }
        let showsCameras = cameras || view == .all
        var figure: SampleFigure
        switch entry.kind {
        case .occupancy:
            let labels = try reader.sample(entry).occupancy().bytes
            let truths = try truth.labels(manifest).wholeLabels(scene: scene.name, sample: token)
            figure = SampleFigure(rows: try SampleViews.occupancy(labels, truth: truths, view))
            if showsCameras { figure.cameras = try readTables().pictures(of: token) }
        case .detections:
            guard view != .voxels else {
                throw CommandFailure(
                    .configuration,
                    "run '\(manifest.run)' holds boxes, which have no voxels; --view above or --view all draws them"
                )
            }
            let tables = try readTables()
            figure = try SampleViews.detections(
                try reader.sample(entry).detectionsJSON(),
                of: token,
                minimumScore: minimumScore,
                tables.frames,
                annotations: tables.annotations(of: token)
            )
            if showsCameras { figure.cameras = try tables.pictures(of: token) }
        }
        figure.title = manifest.model
        let index = scene.sampleTokens.firstIndex(of: token) ?? 0
        figure.subtitle =
            "\(manifest.datasetVersion)  \(scene.name)  index \(index) of \(scene.sampleTokens.count) samples  \(token)"
        let picture = try figure.render()
        guard let format = PictureFormat(path: target) else { return }
        try OutputFile.write(try format.encode(picture), to: Paths.absolute(target), replaces: replacing.isForced)
        Terminal.say(Paths.absolute(target))
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
