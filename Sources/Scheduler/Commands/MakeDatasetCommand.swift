internal import ArgumentParser
internal import CommandSupport
internal import Datasets
internal import Scenes
internal import SyntheticWorld

/// `occ-scheduler make-dataset`: a synthetic nuScenes-format dataset.
struct MakeDatasetCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "make-dataset",
        abstract: "Render a small driving world as a nuScenes-format dataset with Occ3D ground truth.",
        discussion: """
            Example: occ-scheduler make-dataset --scenes 2 --samples 4 --seed 1 --to synthetic
            The same options give the same bytes. The nuscenes-devkit loads it; splits stand in VERSION/splits.json. dataset.occ.jsonl says \
            the same as a manifest (docs/manifest.md). A folder that \
            holds anything else is refused; one that this command filled to the end is rendered anew with --force.
            """
    )

    @Option(help: ArgumentHelp("Number of scenes.", valueName: "n"))
    var scenes: Int

    @Option(help: ArgumentHelp("Samples (keyframes, 2 a second) of each scene.", valueName: "n"))
    var samples: Int

    @Option(help: ArgumentHelp("Seed of everything random.", valueName: "n"), transform: NumberRange.seed)
    var seed: UInt64 = 1

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("Folder to fill; must be empty or an earlier dataset of this command.", valueName: "dir")
    )
    var target: String

    @Option(help: ArgumentHelp("Width of the pictures in pixels (default: 1600).", valueName: "n"))
    var width: Int?

    @Option(help: ArgumentHelp("Height of the pictures in pixels (default: 900).", valueName: "n"))
    var height: Int?

    @Option(
        help: ArgumentHelp(
            "Render for the first rig of this manifest instead: its cameras, sizes and lenses, without masks (docs/manifest.md). Writes a manifest and no tables.",
            valueName: "file"
        )
    )
    var rig: String?

    @Option(help: ArgumentHelp("JPEG quality.", valueName: "1-100"))
    var quality: Int = 90

    @Option(name: .customLong("version"), help: ArgumentHelp("Name of the tables' folder.", valueName: "name"))
    var datasetVersion: String = "v1.0-mini"

    @Flag(help: "Store no lidar points (they take most of the space beside the pictures); counts stay right.")
    var withoutLidar = false

    @OptionGroup var replacing: ReplaceOptions
    @OptionGroup var logs: LogOptions

    func validate() throws {
        try NumberRange.require(scenes, in: 1...999, "--scenes")
        try NumberRange.require(samples, in: 1...400, "--samples")
        guard rig == nil || (width == nil && height == nil) else {
            throw ValidationError("--rig says how large each camera's pictures are: leave out --width and --height")
        }
        if let width { try NumberRange.require(width, in: 64...4096, "--width") }
        if let height { try NumberRange.require(height, in: 32...4096, "--height") }
        try NumberRange.require(quality, in: 1...100, "--quality")
    }

    var whatIsLeft: String {
        "'\(Paths.absolute(target))' holds a part of a dataset, which the same command begins anew"
    }

    func run() async throws {
        let folder = Paths.absolute(target)
        if !replacing.isForced, SyntheticDataset.isComplete(at: folder) {
            throw CommandFailure(
                .configuration,
                "'\(folder)' holds a dataset of this command already: choose another --to, or render it anew with --force"
            )
        }
        var options = SyntheticOptions(
            scenes: scenes,
            samplesPerScene: samples,
            seed: seed,
            imageWidth: width ?? 1600,
            imageHeight: height ?? 900,
            jpegQuality: quality,
            version: datasetVersion,
            storesLidarPoints: !withoutLidar
        )
        if let rig {
            options.rig = try ManifestRigs.first(in: Paths.absolute(rig))
            options.unusualCameras = Set(options.rig.filter(ManifestRigs.isUnusual).map(\.channel))
        }
        let summary = try await SyntheticDataset.write(to: folder, options: options) { progress in
            if Terminal.isInteractive || progress.samplesDone == progress.samplesTotal {
                Terminal.showProgress("\(progress.samplesDone)/\(progress.samplesTotal) samples rendered")
            }
        }
        Terminal.say(
            "\(folder): \(summary.scenes.count) scenes, \(summary.samples) samples, \(summary.images) pictures,"
                + " \(summary.annotations) annotations, \(summary.bytesWritten) bytes"
        )
    }
}
