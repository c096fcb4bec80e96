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
            Example: occ-scheduler export --output out --format mcap --to recordings

            evalai     <token>.npz, one unnamed array: submissions to the Occ3D server
            sparseocc  <token>.npz, key pred
            flashocc   <scene>/<token>/pred.npz, keys pred, gt (where ground truth is at hand), sample_token
            labels     gts/<scene>/<token>/labels.npz: predictions as labels, in Occ3D's layout; the masks are the ground truth's where \
            there is one, else what the rig's cameras and lidar see of the prediction; reads the dataset then (docs/evaluation.md)
            nuscenes   results_nusc.json: boxes of a detection network, every sample of the run, for nuscenes-devkit and its server
            mcap       <scene>.mcap: pictures, calibration, transforms, boxes or occupied voxels for Foxglove, Lichtblick and rerun; \
            reads the dataset (docs/exports.md)
            kitti      <scene>/<camera>/label_2/000000.txt: boxes in the camera's frame, 16 columns; reads the dataset
            coco       detections_coco.json: boxes projected into the pictures, with scores; reads the dataset
            cvat       <scene>/tracklet_labels.xml: boxes in the lidar's frame, for CVAT's import of KITTI Raw; reads the dataset

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

    @Flag(help: "Leave the cameras' pictures out of recordings (mcap).")
    var withoutPictures = false

    @Flag(help: "Add voxel labels to recordings (mcap) as dense grids too, 3.2 MB a sample before compression.")
    var voxelGrid = false

    @Option(help: ArgumentHelp("Leave out boxes of a lower score (mcap, kitti, coco, cvat).", valueName: "0-1"))
    var minimumScore: Double?

    @Flag(help: "Compute masks also where the ground truth has some (labels).")
    var computedMasks = false

    @OptionGroup var replacing: ReplaceOptions
    @OptionGroup var logs: LogOptions

    func validate() throws {
        if let minimumScore { try NumberRange.require(minimumScore, in: 0...1, "--minimum-score") }
        let asked = [("--without-pictures", withoutPictures), ("--voxel-grid", voxelGrid)]
        if let (option, _) = asked.first(where: \.1), format != .mcap {
            throw ValidationError("\(option) is for --format mcap; leave it out")
        }
        if computedMasks, format != .labels {
            throw ValidationError("--computed-masks is for --format labels; leave it out")
        }
        if minimumScore != nil, !format.takesMinimumScore {
            throw ValidationError("--minimum-score is for --format mcap, kitti, coco and cvat; leave it out")
        }
    }

    var whatIsLeft: String { "files in '\(Paths.absolute(target))' are whole, the same command adds the others" }

    func run() async throws {
        let directory = try results.directory()
        let manifest = try directory.readManifest()
        let folder = Paths.absolute(target)
        switch format {
        case .evalai: try writeArrays(.evalAI, directory, manifest)
        case .sparseocc: try writeArrays(.sparseOcc, directory, manifest)
        case .flashocc: try writeArrays(.flashOcc, directory, manifest)
        case .labels: try writeArrays(.labels, directory, manifest)
        case .nuscenes:
            let export = NuScenesExport(
                directory: directory,
                manifest: manifest,
                datasetRoot: truth.datasetRoot,
                replaces: replacing.isForced
            )
            try export.write(to: folder)
        case .mcap:
            let export = RecordingExport(
                run: try ExportedRun(directory, manifest, root: truth.root(manifest)),
                hasPictures: !withoutPictures,
                hasGrid: voxelGrid,
                minimumScore: minimumScore,
                replaces: replacing.isForced
            )
            try export.write(to: folder)
        case .kitti: try boxes(directory, manifest).writeKITTI(to: folder)
        case .coco: try boxes(directory, manifest).writeCOCO(to: folder)
        case .cvat: try boxes(directory, manifest).writeTracklets(to: folder)
        }
    }

    private func boxes(_ directory: any RunStore, _ manifest: RunManifest) throws -> BoxExport {
        try BoxExport(
            run: ExportedRun(directory, manifest, root: truth.root(manifest)),
            format: format.rawValue,
            minimumScore: minimumScore ?? 0,
            replaces: replacing.isForced
        )
    }

    /// Writes voxel labels as `.npz` files.
    private func writeArrays(_ dialect: ExportDialect, _ directory: any RunStore, _ manifest: RunManifest) throws {
        let labels = try truth.labels(manifest)
        if dialect == .labels { try refuseDataset(manifest) }
        let exporter = OccupancyExporter(
            folder: Paths.absolute(target),
            dialect: dialect,
            replaces: replacing.isForced
        )
        var masks = LabelMasks(truth: labels, usesTruth: !computedMasks) {
            try ExportedRun(directory, manifest, root: truth.root(manifest))
        }
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
                    truth: dialect == .flashOcc
                        ? try labels.wholeLabels(scene: scene.name, sample: entry.token) : nil,
                    masks: dialect == .labels
                        ? try masks.masks(of: scene, token: entry.token, labels: prediction.bytes) : nil
                )
                if try exporter.write(sample) == .written { written += 1 } else { unchanged += 1 }
                if Terminal.isInteractive { Terminal.showProgress("\(written + unchanged) samples") }
            }
        }
        Terminal.say("\(exporter.folder): \(written) files written, \(unchanged) were there already")
        masks.say()
        try manifest.requireAllExported()
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
