internal import Evaluation
internal import Scenes
internal import Storage

/// From where the rays of each sample of a scene are cast, or why that is not known.
enum SceneOrigins {
    case places([String: LidarOrigins])
    case unknown(String)

    /// Most samples of a scene whose places of the lidar are compared, each with each; nuScenes has some 40 a scene.
    private static let sampleLimit = 4096

    /// Works out the places.
    ///
    /// - Parameters:
    ///   - frames: the scene's samples; nil where the tables are not at hand.
    ///   - entries: the samples that are to be judged.
    init(_ frames: SceneFrames?, entries: [SampleEntry]) {
        guard let frames else {
            self = .unknown("the dataset's tables are not at hand")
            return
        }
        guard frames.samples.count <= Self.sampleLimit else {
            self = .unknown(
                "the scene has \(frames.samples.count) samples, at most \(Self.sampleLimit) are looked at"
            )
            return
        }
        let keyframes = frames.samples.compactMap(LidarKeyframe.init)
        guard keyframes.count == frames.samples.count else {
            self = .unknown(
                "the tables lack pose or calibration of LIDAR_TOP at"
                    + " \(frames.samples.count - keyframes.count) of the scene's \(frames.samples.count) samples"
            )
            return
        }
        let tokens = Set(keyframes.map(\.sample))
        guard entries.allSatisfy({ tokens.contains($0.token) }) else {
            self = .unknown("the file has samples that the scene has not")
            return
        }
        do {
            let origins = zip(keyframes.map(\.sample), try LidarOrigins.all(of: keyframes))
            self = .places(Dictionary(Array(origins)) { first, _ in first })
        } catch {
            self = .unknown("\(error)")
        }
    }

    /// Of one sample.
    func of(_ token: String) -> RayOrigins {
        switch self {
        case .places(let places): places[token].map(RayOrigins.places) ?? .unknown("the scene has no such sample")
        case .unknown(let why): .unknown(why)
        }
    }
}

extension LidarKeyframe {
    /// The lidar's place at a sample; nil where the tables do not give it.
    init?(_ sample: SampleFrames) {
        guard let lidar = sample.lidar else { return nil }
        self.init(sample: sample.token, egoToGlobal: lidar.egoToGlobal, lidarToEgo: lidar.sensorToEgo)
    }
}
