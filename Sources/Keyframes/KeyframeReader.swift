internal import Datasets
internal import ImageFiles
public import OccInference
public import Scenes

/// Reads the pictures and calibration that the prediction of a sample needs.
///
/// Not for use by two threads at once. Samples come in their scene's order: what was done to the pictures of earlier frames is remembered,
/// so that those need not be decoded again which a network's session remembers too.
public final class KeyframeReader {
    private let configuration: NetworkConfiguration
    private let loader: PictureLoader
    private let virtualRig: [VirtualCamera]
    /// What the network sees of the scene at hand, and the scene's name; made when its first sample is read.
    private var plan: (scene: String, cameras: [NetworkCamera])?
    /// Pictures of as many samples as one prediction may need; filled anew for each, allocated when first needed.
    private var pictures: [[UInt8]]
    /// What was done to each camera's picture, by the frames that the last prediction read.
    private var loaded: [String: [LoadedPicture]] = [:]
    /// Whether intrinsics follow pictures that are not of the size that the tables give.
    private let rescalesIntrinsics: Bool

    /// Makes a reader for a network.
    ///
    /// - Parameters:
    ///   - configuration: the network's, for as many cameras as `NetworkCamera.plan` gives.
    ///   - rescalesIntrinsics: whether intrinsics follow pictures that are not of the size that the tables give; otherwise such a picture is
    ///     an error.
    ///   - virtualRig: the cameras that pictures are turned and scaled to; empty takes the rig as it is.
    ///   - reducesDecoding: whether pictures are decoded to fewer pixels where they are shrunk anyway.
    /// - Throws: `ImageFileError`.
    public init(
        _ configuration: NetworkConfiguration,
        rescalesIntrinsics: Bool = false,
        virtualRig: [VirtualCamera] = [],
        reducesDecoding: Bool = false
    ) throws {
        self.configuration = configuration
        self.virtualRig = virtualRig
        self.rescalesIntrinsics = rescalesIntrinsics
        loader = try PictureLoader(
            ImagePreprocessor(
                inputWidth: configuration.inputWidth,
                inputHeight: configuration.inputHeight,
                reducesDecoding: reducesDecoding
            ),
            downsample: configuration.downsample,
            acceptsOtherSizes: rescalesIntrinsics
        )
        pictures = Array(repeating: [], count: configuration.frames)
    }

    /// Forgets all frames: those that follow are of another scene.
    public func forget() {
        loaded = [:]
        plan = nil
    }

    /// Reads what the prediction of one sample of a scene needs.
    ///
    /// - Parameters:
    ///   - index: which sample.
    ///   - datasetRoot: folder that the image paths are relative to, as this host mounts it.
    ///   - remembers: whether the network's session keeps what it computed from the pictures of a frame of that key.
    /// - Throws: `ScenePredictionError`.
    public func read(
        _ scene: SceneFrames,
        sample index: Int,
        datasetRoot: String,
        remembers: (String) -> Bool
    ) throws -> KeyframeInput {
        let sample = scene.samples[index]
        let cameras = try cameras(of: scene)
        let plan = FramePlan(sample: index, frameCount: configuration.frames) { frame in
            let token = scene.samples[frame].token
            return loaded[token] != nil && remembers(token)
        }
        for (place, frame) in plan.decoded.enumerated() {
            loaded[scene.samples[frame].token] = try loader.load(
                scene.samples[frame],
                as: cameras,
                neededBy: sample,
                datasetRoot: datasetRoot,
                into: &pictures[place]
            )
        }
        let pictures = try commonPictures(plan.frames.map { scene.samples[$0].token }, of: sample, cameras)
        return input(plan, scene.samples, cameras, pictures)
    }

    /// What the network sees of a scene.
    private func cameras(of scene: SceneFrames) throws -> [NetworkCamera] {
        if let plan, plan.scene == scene.name { return plan.cameras }
        let cameras = try NetworkCamera.plan(scene, virtualRig: virtualRig)
        guard cameras.count == configuration.cameras else {
            throw ScenePredictionError(
                description:
                    "scene '\(scene.name)' has \(cameras.count) cameras, the network takes \(configuration.cameras)",
                isRetryable: false
            )
        }
        plan = (scene.name, cameras)
        return cameras
    }

    /// The frames as the network reads them.
    ///
    /// The published loader gives every frame the keyframe's intrinsics and image augmentation, and its own poses.
    private func input(
        _ plan: FramePlan,
        _ samples: [SampleFrames],
        _ cameras: [NetworkCamera],
        _ pictures: [[LoadedPicture]]
    ) -> KeyframeInput {
        let keyframe = samples[plan.frames[0]]
        let intrinsics = zip(cameras, pictures[0]).flatMap { camera, picture in
            camera.intrinsicsFloat32(in: keyframe, picture, follows: rescalesIntrinsics)
        }
        let frames = zip(plan.frames, pictures).map { frame, loaded in
            let sample = samples[frame]
            return FrameInput(
                key: sample.token,
                imagesRGB: plan.decoded.firstIndex(of: frame).map { self.pictures[$0] } ?? [],
                sensorToEgo: cameras.flatMap { $0.sensorToEgoFloat32(in: sample) },
                egoToGlobal: cameras.flatMap { $0.egoToGlobal(in: sample).matrixFloat32 },
                intrinsics: intrinsics,
                ignoredFeatures: LoadedPicture.ignoredFeatures(loaded, configuration)
            )
        }
        return KeyframeInput(
            frames: frames,
            augmentations: pictures[0].map {
                ImageAugmentation(rotation: $0.geometry.postRotation, translation: $0.geometry.postTranslation)
            }
        )
    }

    /// What was done to each camera's pictures in every frame; forgets what was done to those of other frames.
    private func commonPictures(
        _ tokens: [String],
        of sample: SampleFrames,
        _ cameras: [NetworkCamera]
    ) throws -> [[LoadedPicture]] {
        loaded = loaded.filter { tokens.contains($0.key) }
        // Each frame was decoded now or is remembered.
        let found = tokens.compactMap { loaded[$0] }
        let first = found[0]
        for other in found {
            // Every frame has as many cameras as the network takes.
            guard let camera = first.indices.first(where: { first[$0].geometry != other[$0].geometry }) else {
                continue
            }
            throw ScenePredictionError(
                description:
                    "sample \(sample.token), \(cameras[camera].channel): its picture and those of the earlier frames that the network"
                    + " reads differ in size (\(first[camera].sourceWidth)x\(first[camera].sourceHeight),"
                    + " \(other[camera].sourceWidth)x\(other[camera].sourceHeight))",
                isRetryable: false
            )
        }
        return found
    }
}
