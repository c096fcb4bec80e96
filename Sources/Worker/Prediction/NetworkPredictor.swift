internal import Datasets
internal import Evaluation
internal import ImageFiles
internal import OccInference
internal import Scenes
internal import SystemSupport

/// The network of a run in one slot: pictures in, labels or boxes out, with memory that is planned once.
///
/// A network that looks back reads each frame of a scene more than once. Samples come in the scene's order, so its session still keeps
/// what it computed from the earlier frames, and only the new one is decoded and sent through the image branch. What it does not
/// keep (the beginning of a scene that another lease began) is computed anew, to the same bits.
final class NetworkPredictor: SamplePredictor {
    let storageLevel: Int
    /// Decoding and shrinking the last sample's pictures took so long.
    private(set) var lastDecodingSeconds = 0.0
    /// The network's part of the last sample, by stage.
    var lastTimings: StageTimings { network.lastTimings }

    private let network: any KeyframeNetwork
    private let configuration: NetworkConfiguration
    private let loader: PictureLoader
    /// For networks that find boxes.
    private let globalBoxes: GlobalBoxes?
    /// Pictures of as many samples as one prediction may need; filled anew for each, allocated when first needed.
    private var pictures: [[UInt8]]
    /// What was done to each camera's picture, by the frames that the last prediction read.
    private var geometries: [String: [ImageGeometry]] = [:]
    /// Whether intrinsics follow pictures that are not of the size that the tables give.
    private let rescalesIntrinsics: Bool

    /// Sets up a slot; costs the network's working memory.
    ///
    /// - Throws: `InferenceError`, `ImageFileError`, `ScenePredictionError` for classes that cannot be stored.
    convenience init(model: PreparedModel, rescalesIntrinsics: Bool = false) throws {
        try self.init(network: model.makeSession(), rescalesIntrinsics: rescalesIntrinsics)
    }

    /// Sets up a slot around a network.
    ///
    /// - Parameter rescalesIntrinsics: whether intrinsics follow pictures that are not of the size that the tables give; otherwise such a
    ///   picture is an error.
    /// - Throws: `ImageFileError`, `ScenePredictionError` for classes that cannot be stored.
    init(network: any KeyframeNetwork, rescalesIntrinsics: Bool = false) throws {
        self.network = network
        self.rescalesIntrinsics = rescalesIntrinsics
        configuration = network.configuration
        storageLevel = StorageLevel.of(configuration)
        loader = try PictureLoader(
            ImagePreprocessor(inputWidth: configuration.inputWidth, inputHeight: configuration.inputHeight),
            acceptsOtherSizes: rescalesIntrinsics
        )
        globalBoxes = try configuration.detection.map { try GlobalBoxes(classNames: $0.classNames) }
        pictures = Array(repeating: [], count: configuration.frames)
    }

    func startScene() {
        network.forget()
        geometries = [:]
    }

    func predict(_ scene: SceneFrames, sample index: Int, datasetRoot: String) throws -> PredictedSample {
        let started = MonotonicClock.nowSeconds
        let sample = scene.samples[index]
        let plan = FramePlan(sample: index, frameCount: configuration.frames) { frame in
            let token = scene.samples[frame].token
            return network.remembers(token) && geometries[token] != nil
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
        lastDecodingSeconds = MonotonicClock.nowSeconds - started
        do {
            let prediction = try network.predict(input(plan, scene.samples, geometry))
            let content = try content(of: prediction, sample)
            return PredictedSample(content: content, seconds: MonotonicClock.nowSeconds - started)
        } catch {
            // A frame that was cut short must not be taken for one that is remembered.
            startScene()
            let kind = (error as? InferenceError)?.kind
            throw ScenePredictionError(
                description: "sample \(sample.token): inference failed: \(error)",
                isRetryable: false,
                isHostFault: kind == .outOfMemory || kind == .library
            )
        }
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

    /// A prediction in the form in which it is stored.
    private func content(of prediction: Prediction, _ sample: SampleFrames) throws -> PredictedContent {
        switch prediction {
        case .occupancy(let labels): return .occupancy(labels, shape: VoxelGrid.shape)
        case .detections(let detections):
            let boxes = try globalBoxes?.boxes(detections.boxes, of: sample) ?? []
            return .detections(try DetectionDocument.encode(boxes, of: sample.token))
        }
    }
}
