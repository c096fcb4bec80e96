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
    /// Pictures of as many samples as one prediction may need; filled anew for each, allocated when first needed.
    private var pictures: [[UInt8]]
    /// What was done to each camera's picture, by the frames that the last prediction read.
    private var geometries: [String: [ImageGeometry]] = [:]
    /// Whether intrinsics follow pictures that are not of the size that the tables give.
    private let rescalesIntrinsics: Bool

    /// Makes a reader for a network.
    ///
    /// - Parameter rescalesIntrinsics: whether intrinsics follow pictures that are not of the size that the tables give; otherwise such a
    ///   picture is an error.
    /// - Throws: `ImageFileError`.
    public init(_ configuration: NetworkConfiguration, rescalesIntrinsics: Bool = false) throws {
        self.configuration = configuration
        self.rescalesIntrinsics = rescalesIntrinsics
        loader = try PictureLoader(
            ImagePreprocessor(inputWidth: configuration.inputWidth, inputHeight: configuration.inputHeight),
            acceptsOtherSizes: rescalesIntrinsics
        )
        pictures = Array(repeating: [], count: configuration.frames)
    }

    /// Forgets all frames: those that follow are of another scene.
    public func forget() { geometries = [:] }

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
        let plan = FramePlan(sample: index, frameCount: configuration.frames) { frame in
            let token = scene.samples[frame].token
            return geometries[token] != nil && remembers(token)
        }
        for frame in Set(plan.frames) { try check(scene.samples[frame], neededBy: sample) }
        for (place, frame) in plan.decoded.enumerated() {
            geometries[scene.samples[frame].token] = try loader.load(
                scene.samples[frame],
                neededBy: sample,
                datasetRoot: datasetRoot,
                into: &pictures[place]
            )
        }
        let geometry = try commonGeometries(plan.frames.map { scene.samples[$0].token }, of: sample)
        return input(plan, scene.samples, geometry)
    }

    /// The frames as the network reads them.
    ///
    /// The published loader gives every frame the keyframe's intrinsics and image augmentation, and its own poses.
    private func input(
        _ plan: FramePlan,
        _ samples: [SampleFrames],
        _ geometries: [ImageGeometry]
    ) -> KeyframeInput {
        let keyframe = samples[plan.frames[0]].cameras
        let intrinsics = zip(keyframe, geometries).flatMap { camera, geometry in
            rescalesIntrinsics
                ? camera.intrinsicsFloat32(ofWidth: geometry.sourceWidth, height: geometry.sourceHeight)
                : camera.intrinsicsFloat32
        }
        let frames = plan.frames.map { frame in
            let cameras = samples[frame].cameras
            return FrameInput(
                key: samples[frame].token,
                imagesRGB: plan.decoded.firstIndex(of: frame).map { pictures[$0] } ?? [],
                sensorToEgo: cameras.flatMap(\.sensorToEgo.matrixFloat32),
                egoToGlobal: cameras.flatMap(\.egoToGlobal.matrixFloat32),
                intrinsics: intrinsics
            )
        }
        return KeyframeInput(
            frames: frames,
            augmentations: geometries.map {
                ImageAugmentation(rotation: $0.postRotation, translation: $0.postTranslation)
            }
        )
    }

    private func check(_ frame: SampleFrames, neededBy sample: SampleFrames) throws {
        guard frame.cameras.count == configuration.cameras else {
            throw ScenePredictionError(
                description: "\(PictureLoader.name(frame, neededBy: sample)) has \(frame.cameras.count) cameras,"
                    + " the network takes \(configuration.cameras)",
                isRetryable: false
            )
        }
    }

    /// What was done to each camera's pictures in every frame; forgets what was done to those of other frames.
    private func commonGeometries(_ tokens: [String], of sample: SampleFrames) throws -> [ImageGeometry] {
        geometries = geometries.filter { tokens.contains($0.key) }
        // Each frame was decoded now or is remembered with its geometries.
        let found = tokens.compactMap { geometries[$0] }
        let first = found[0]
        for other in found {
            // Every frame has as many cameras as the network takes.
            guard let camera = first.indices.first(where: { first[$0] != other[$0] }) else { continue }
            throw ScenePredictionError(
                description:
                    "sample \(sample.token), \(sample.cameras[camera].channel): its picture and those of the earlier frames that the network"
                    + " reads differ in size (\(first[camera].sourceWidth)x\(first[camera].sourceHeight),"
                    + " \(other[camera].sourceWidth)x\(other[camera].sourceHeight))",
                isRetryable: false
            )
        }
        return first
    }
}
