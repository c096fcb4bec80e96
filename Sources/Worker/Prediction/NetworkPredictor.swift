internal import Datasets
internal import Evaluation
internal import ImageFiles
internal import Keyframes
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
    private let reader: KeyframeReader
    /// For networks that find boxes.
    private let globalBoxes: GlobalBoxes?

    /// Sets up a slot; costs the network's working memory.
    ///
    /// - Throws: `InferenceError`, `ImageFileError`, `ScenePredictionError` for classes that cannot be stored.
    convenience init(
        model: PreparedModel,
        rescalesIntrinsics: Bool = false,
        virtualRig: [VirtualCamera] = [],
        reducesDecoding: Bool = false
    ) throws {
        try self.init(
            network: model.makeSession(),
            rescalesIntrinsics: rescalesIntrinsics,
            virtualRig: virtualRig,
            reducesDecoding: reducesDecoding
        )
    }

    /// Sets up a slot around a network.
    ///
    /// - Parameters:
    ///   - rescalesIntrinsics: whether intrinsics follow pictures that are not of the size that the tables give; otherwise such a picture is
    ///     an error.
    ///   - virtualRig: the cameras that pictures are turned and scaled to; empty takes the rig as it is.
    ///   - reducesDecoding: whether pictures are decoded to fewer pixels where they are shrunk anyway.
    /// - Throws: `ImageFileError`, `ScenePredictionError` for classes that cannot be stored.
    init(
        network: any KeyframeNetwork,
        rescalesIntrinsics: Bool = false,
        virtualRig: [VirtualCamera] = [],
        reducesDecoding: Bool = false
    ) throws {
        self.network = network
        configuration = network.configuration
        reader = try KeyframeReader(
            configuration,
            rescalesIntrinsics: rescalesIntrinsics,
            virtualRig: virtualRig,
            reducesDecoding: reducesDecoding
        )
        storageLevel = StorageLevel.of(configuration)
        globalBoxes = try configuration.detection.map { try GlobalBoxes(classNames: $0.classNames) }
    }

    func startScene() {
        network.forget()
        reader.forget()
    }

    func predict(_ scene: SceneFrames, sample index: Int, datasetRoot: String) throws -> PredictedSample {
        let started = MonotonicClock.nowSeconds
        let sample = scene.samples[index]
        let input = try reader.read(scene, sample: index, datasetRoot: datasetRoot) { network.remembers($0) }
        lastDecodingSeconds = MonotonicClock.nowSeconds - started
        do {
            let prediction = try network.predict(input)
            let content = try content(of: prediction, sample)
            return PredictedSample(
                content: content,
                seconds: MonotonicClock.nowSeconds - started,
                pictureSeconds: lastDecodingSeconds
            )
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
