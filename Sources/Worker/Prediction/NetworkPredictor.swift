internal import Datasets
internal import Evaluation
internal import ImageFiles
internal import OccInference
internal import SystemSupport

/// The network of a run in one slot: pictures in, labels or boxes out, with memory that is planned once.
final class NetworkPredictor: SamplePredictor {
    private let session: InferenceSession
    private let preprocessor: ImagePreprocessor
    private let configuration: NetworkConfiguration
    /// For networks that find boxes.
    private let globalBoxes: GlobalBoxes?
    /// Reused from sample to sample; grows once.
    private var input: KeyframeInput

    /// Sets up a slot; costs the network's working memory.
    ///
    /// - Throws: `InferenceError`, `ImageFileError`, `ScenePredictionError` for classes that cannot be stored.
    init(model: PreparedModel) throws {
        configuration = model.package.configuration
        session = try model.makeSession()
        preprocessor = try ImagePreprocessor(
            inputWidth: configuration.inputWidth,
            inputHeight: configuration.inputHeight
        )
        globalBoxes = try configuration.detection.map { try GlobalBoxes(classNames: $0.classNames) }
        let cameras = configuration.cameras
        let frame = FrameInput(
            imagesRGB: [UInt8](repeating: 0, count: cameras * preprocessor.inputCount),
            sensorToEgo: [Float](repeating: 0, count: cameras * 16),
            egoToGlobal: [Float](repeating: 0, count: cameras * 16),
            intrinsics: [Float](repeating: 0, count: cameras * 9)
        )
        input = KeyframeInput(
            frames: [frame],
            augmentation: ImageAugmentation(rotation: [], translation: [])
        )
    }

    func predict(_ scene: SceneFrames, sample index: Int, datasetRoot: String) throws -> PredictedSample {
        let started = MonotonicClock.nowSeconds
        let sample = scene.samples[index]
        guard sample.cameras.count == configuration.cameras else {
            throw ScenePredictionError(
                description:
                    "sample \(sample.token) has \(sample.cameras.count) cameras, the network takes \(configuration.cameras)",
                isRetryable: false
            )
        }
        var geometry: ImageGeometry?
        for (camera, frame) in sample.cameras.enumerated() {
            let found = try load(frame, camera: camera, sample: sample.token, datasetRoot: datasetRoot)
            if let geometry, geometry != found {
                throw ScenePredictionError(
                    description: "sample \(sample.token): the pictures of its cameras differ in size"
                        + " (\(geometry.sourceWidth)x\(geometry.sourceHeight), \(found.sourceWidth)x\(found.sourceHeight) of \(frame.channel))",
                    isRetryable: false
                )
            }
            geometry = found
            input.frames[0].sensorToEgo.replaceSubrange(
                camera * 16..<camera * 16 + 16,
                with: frame.sensorToEgo.matrixFloat32
            )
            input.frames[0].egoToGlobal.replaceSubrange(
                camera * 16..<camera * 16 + 16,
                with: frame.egoToGlobal.matrixFloat32
            )
            input.frames[0].intrinsics.replaceSubrange(camera * 9..<camera * 9 + 9, with: frame.intrinsicsFloat32)
        }
        if let geometry {
            input.augmentation = ImageAugmentation(
                rotation: geometry.postRotation,
                translation: geometry.postTranslation
            )
        }
        do {
            let content = try content(of: session.predict(input), sample)
            return PredictedSample(content: content, seconds: MonotonicClock.nowSeconds - started)
        } catch {
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
        case .occupancy(let labels): return .occupancy(labels, shape: Occ3DLabels.shape)
        case .detections(let detections):
            let boxes = try globalBoxes?.boxes(detections.boxes, of: sample) ?? []
            return .detections(try DetectionDocument.encode(boxes, of: sample.token))
        }
    }

    /// Decodes and shrinks one picture into its place in the input.
    private func load(
        _ frame: CameraFrame,
        camera: Int,
        sample: String,
        datasetRoot: String
    ) throws -> ImageGeometry {
        let path = datasetRoot + "/" + frame.imagePath
        let file: MappedFile
        do {
            file = try MappedFile(path: path)
        } catch {
            // An empty mount point is not the scene's fault: the first folder of every picture's path must be there.
            let firstFolder = frame.imagePath.split(separator: "/").first.map(String.init) ?? ""
            guard Folders.exists(datasetRoot + "/" + firstFolder) else {
                throw ScenePredictionError(
                    description:
                        "the dataset's folder '\(datasetRoot)/\(firstFolder)' is not there; mount the dataset, or say where with --dataset-root",
                    isRetryable: true,
                    isHostFault: true
                )
            }
            throw ScenePredictionError(description: "sample \(sample), \(frame.channel): \(error)", isRetryable: true)
        }
        let count = preprocessor.inputCount
        do {
            return try input.frames[0].imagesRGB.withUnsafeMutableBytes { pixels in
                let target = UnsafeMutableRawBufferPointer(rebasing: pixels[camera * count..<(camera + 1) * count])
                return try file.withBytes { try preprocessor.preprocess($0, into: target) }
            }
        } catch {
            throw ScenePredictionError(
                description: "sample \(sample), \(frame.channel): cannot decode '\(path)': \(error)",
                isRetryable: false
            )
        }
    }
}
