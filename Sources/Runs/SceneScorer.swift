internal import ArrayFiles
public import Datasets
public import Evaluation
public import Storage

/// Scores one scene file against ground truth: label files on disk for occupancy, annotations for detections.
public struct SceneScorer: Sendable {
    /// What was counted, and what could not be.
    public struct Outcome: Sendable {
        /// The counts; empty where there is no ground truth.
        public var metrics = SceneMetrics()
        /// Why something that could have been counted was not.
        public var notes: [String] = []
    }

    /// The scene's name.
    public let scene: String
    /// The scene's samples, for the places of the lidar; nil where the tables are not at hand.
    public let frames: SceneFrames?
    /// Annotations of the scene; nil where there are none.
    public let annotations: DetectionSceneTruth?
    /// Where label files are.
    public let locator: Occ3DLocator
    /// Whether RayIoU is counted for occupancy.
    public let countsRays: Bool

    /// Makes a scorer.
    public init(
        scene: String,
        frames: SceneFrames?,
        annotations: DetectionSceneTruth?,
        locator: Occ3DLocator,
        countsRays: Bool = true
    ) {
        self.scene = scene
        self.frames = frames
        self.annotations = annotations
        self.locator = locator
        self.countsRays = countsRays
    }

    /// Scores every sample of a file.
    ///
    /// A label file that cannot be read leaves the scene without metrics; a note names it.
    ///
    /// - Throws: `StorageError` naming the scene file, `EvaluationError` naming the sample.
    public func score(_ reader: SceneFileReader) throws -> Outcome {
        let kinds = Set(reader.entries.map(\.kind))
        switch (kinds.count, kinds.first) {
        case (1, .occupancy): return try scoreOccupancy(reader)
        case (1, .detections): return try scoreDetections(reader)
        default: return Outcome()
        }
    }

    /// Most samples of a scene whose places of the lidar are compared, each with each; nuScenes has some 40 a scene.
    private static let rayLimit = 4096

    private func scoreOccupancy(_ reader: SceneFileReader) throws -> Outcome {
        guard try reader.entries.allSatisfy({ try locator.hasLabels(scene: scene, sample: $0.token) }) else {
            return Outcome()
        }
        var outcome = Outcome()
        let origins = countsRays ? rayOrigins(of: reader, notes: &outcome.notes) : nil
        var confusions = MaskedConfusions()
        var rays = RayCounts()
        for entry in reader.entries {
            let prediction = try reader.sample(entry).occupancy().bytes
            let labels: Occ3DLabels
            do {
                labels = try Occ3DLabels.read(locator.path(scene: scene, sample: entry.token))
            } catch {
                // One broken file must not take the other scenes' scores along.
                return Outcome(notes: ["no score: \(error)"])
            }
            let truth = OccupancyGroundTruth(
                semantics: labels.semantics,
                maskLidar: labels.maskLidar,
                maskCamera: labels.maskCamera
            )
            try confusions.accumulate(prediction: prediction, truth: truth, sample: entry.token)
            guard let origins = origins?[entry.token] else { continue }
            try rays.accumulate(
                prediction: prediction,
                semantics: labels.semantics,
                origins: origins,
                sample: entry.token
            )
        }
        outcome.metrics = SceneMetrics(confusions: confusions, rays: origins == nil ? nil : rays)
        return outcome
    }

    /// From where each sample's rays are cast; nil where the tables do not give the lidar's place at every sample.
    private func rayOrigins(of reader: SceneFileReader, notes: inout [String]) -> [String: LidarOrigins]? {
        guard let frames else { return nil }
        guard frames.samples.count <= Self.rayLimit else {
            notes.append(
                "no RayIoU: the scene has \(frames.samples.count) samples, at most \(Self.rayLimit) are looked at"
            )
            return nil
        }
        let keyframes = frames.samples.compactMap(LidarKeyframe.init)
        guard keyframes.count == frames.samples.count else {
            notes.append(
                "no RayIoU: the tables lack pose or calibration of LIDAR_TOP at"
                    + " \(frames.samples.count - keyframes.count) of \(frames.samples.count) samples"
            )
            return nil
        }
        let tokens = Set(keyframes.map(\.sample))
        guard reader.entries.allSatisfy({ tokens.contains($0.token) }) else {
            notes.append("no RayIoU: the file has samples that the scene has not")
            return nil
        }
        do {
            let origins = zip(keyframes.map(\.sample), try LidarOrigins.all(of: keyframes))
            return Dictionary(Array(origins)) { first, _ in first }
        } catch {
            notes.append("no RayIoU: \(error)")
            return nil
        }
    }

    private func scoreDetections(_ reader: SceneFileReader) throws -> Outcome {
        guard let annotations else { return Outcome() }
        let truths = Dictionary(annotations.samples.map { ($0.truth.sampleToken, $0) }) { first, _ in first }
        var matches = DetectionMatches()
        for entry in reader.entries {
            guard let sample = truths[entry.token] else {
                return Outcome(notes: ["no score: there are no annotations of sample '\(entry.token)'"])
            }
            let boxes = try DetectionDocument.decode(reader.sample(entry).detectionsJSON(), of: entry.token)
            try matches.accumulate(predictions: boxes, truth: sample.truth, order: sample.order)
        }
        return Outcome(metrics: SceneMetrics(detections: matches))
    }
}

extension LidarKeyframe {
    /// The lidar's place at a sample; nil where the tables do not give it.
    init?(_ sample: SampleFrames) {
        guard let lidar = sample.lidar else { return nil }
        func transform(_ value: RigidTransform) -> LidarTransform {
            let q = value.rotation
            return LidarTransform(translation: value.translation, rotation: SIMD4(q.w, q.x, q.y, q.z))
        }
        self.init(
            sample: sample.token,
            egoToGlobal: transform(lidar.egoToGlobal),
            lidarToEgo: transform(lidar.sensorToEgo)
        )
    }
}
