internal import CommandSupport
internal import Datasets
internal import Scenes
internal import Storage

/// Finds the masks of predictions that become labels: those of the ground truth, or what the rig sees of the prediction.
struct LabelMasks {
    /// Samples of which a mask was computed.
    private(set) var computed = 0
    /// Those of them whose lidar's place is unknown, so that its mask is 0.
    private(set) var withoutLidar = 0

    private let truth: any LabelSource
    private let usesTruth: Bool
    private let openRun: () throws -> ExportedRun
    private var opened: (run: ExportedRun, visibility: SampleVisibility)?
    private var frames: (scene: String, samples: [String: SampleFrames])?

    /// Reads nothing yet.
    ///
    /// - Parameters:
    ///   - usesTruth: whether masks of the ground truth are taken where there are some.
    ///   - openRun: opens the run with the dataset's frames, which are wanted only where a mask is to be computed.
    init(truth: any LabelSource, usesTruth: Bool, openRun: @escaping () throws -> ExportedRun) {
        self.truth = truth
        self.usesTruth = usesTruth
        self.openRun = openRun
    }

    /// The masks of a sample.
    ///
    /// - Throws: `CommandFailure` for ground truth that cannot be read, and where the dataset has lost the sample; `DatasetError`,
    ///   `StorageError`, `FileError`.
    mutating func masks(of scene: RunManifest.Scene, token: String, labels: [UInt8]) throws -> VoxelMasks {
        let known = usesTruth ? try truth.wholeLabels(scene: scene.name, sample: token) : nil
        if let camera = known?.maskCamera, let lidar = known?.maskLidar {
            return VoxelMasks(camera: camera, lidar: lidar)
        }
        guard labels.count == VoxelGrid.count else {
            throw CommandFailure(
                .configuration,
                "the prediction of sample '\(token)' has \(labels.count) voxels; Occ3D's layout has \(VoxelGrid.shape)"
            )
        }
        let (run, visibility) = try open()
        let sample = try sample(token, of: scene, in: run)
        var seen = try visibility.masks(of: sample, labels: labels)
        computed += 1
        if let camera = known?.maskCamera { seen.camera = camera }
        if let lidar = known?.maskLidar { seen.lidar = lidar } else if sample.lidar == nil { withoutLidar += 1 }
        return seen
    }

    /// The run with the dataset's frames, opened when a mask is first computed.
    private mutating func open() throws -> (run: ExportedRun, visibility: SampleVisibility) {
        if let opened { return opened }
        let run = try openRun()
        let fresh = (run, SampleVisibility(pictureFolder: run.pictureFolder))
        opened = fresh
        return fresh
    }

    private mutating func sample(
        _ token: String,
        of scene: RunManifest.Scene,
        in run: ExportedRun
    ) throws -> SampleFrames {
        if frames?.scene != scene.name {
            let samples = try run.scene(scene).samples.map { ($0.entry.token, $0.frames) }
            frames = (scene.name, Dictionary(samples) { first, _ in first })
        }
        guard let sample = frames?.samples[token] else {
            throw CommandFailure(
                .configuration,
                "'\(run.root)' has no sample '\(token)' of scene '\(scene.name)' any more; give the dataset with --dataset-root"
            )
        }
        return sample
    }

    /// Says what was computed.
    func say() {
        guard computed > 0 else { return }
        Terminal.say("masks of \(computed) samples are what their cameras see of the predicted voxels")
        if withoutLidar > 0 {
            Terminal.say("note: mask_lidar of \(withoutLidar) samples is 0: the dataset does not say where a lidar was")
        }
    }
}
