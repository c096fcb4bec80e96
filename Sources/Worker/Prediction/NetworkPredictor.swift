internal import Datasets
internal import Evaluation
internal import ImageFiles
internal import OccInference
internal import SystemSupport

/// The network of a run in one slot: pictures in, labels or boxes out, with memory that is planned once.
///
/// A network that looks back reads each frame of a scene more than once. Samples come in the scene's order, so its session still keeps
/// what it computed from the earlier frames, and only the new one is decoded and sent through the image branch. What it does not
/// keep (the beginning of a scene that another lease began) is computed anew, to the same bits.
final class NetworkPredictor: SamplePredictor {
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
    /// By the frames that the last prediction read.
    private var geometries: [String: ImageGeometry] = [:]

    /// Sets up a slot; costs the network's working memory.
    ///
    /// - Throws: `InferenceError`, `ImageFileError`, `ScenePredictionError` for classes that cannot be stored.
    convenience init(model: PreparedModel) throws {
        try self.init(network: model.makeSession())
    }

    /// Sets up a slot around a network.
    ///
    /// - Throws: `ImageFileError`, `ScenePredictionError` for classes that cannot be stored.
    init(network: any KeyframeNetwork) throws {
        self.network = network
        configuration = network.configuration
        loader = try PictureLoader(
            ImagePreprocessor(inputWidth: configuration.inputWidth, inputHeight: configuration.inputHeight)
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
        let geometry = try commonGeometry(plan.frames.map { scene.samples[$0].token }, of: sample)
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
    private func input(_ plan: FramePlan, _ samples: [SampleFrames], _ geometry: ImageGeometry) -> KeyframeInput {
        let intrinsics = samples[plan.frames[0]].cameras.flatMap(\.intrinsicsFloat32)
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
            augmentation: ImageAugmentation(
                rotation: geometry.postRotation,
                translation: geometry.postTranslation
            )
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

    /// What was done to the pictures of every frame; forgets what was done to those of other frames.
    private func commonGeometry(_ tokens: [String], of sample: SampleFrames) throws -> ImageGeometry {
        geometries = geometries.filter { tokens.contains($0.key) }
        // Each frame was decoded now or is remembered with its geometry.
        let found = tokens.compactMap { geometries[$0] }
        let first = found[0]
        guard let other = found.first(where: { $0 != first }) else { return first }
        throw ScenePredictionError(
            description:
                "sample \(sample.token): its pictures and those of the earlier frames that the network reads differ in size"
                + " (\(first.sourceWidth)x\(first.sourceHeight), \(other.sourceWidth)x\(other.sourceHeight))",
            isRetryable: false
        )
    }

    /// A prediction in the form in which it is stored.
    private func content(of prediction: Prediction, _ sample: SampleFrames) throws -> PredictedContent {
        switch prediction {
        case .occupancy(let labels): return .occupancy(labels, shape: Occ3DLabels.shape)
        case .detections(let detections):
            let boxes = try globalBoxes?.boxes(detections.boxes, of: sample) ?? []
            return .detections(try DetectionDocument.encode(boxes, of: sample.token))
        }
    }
}
