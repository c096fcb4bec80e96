internal import ArrayFiles
public import Datasets
public import Evaluation
public import Scenes
public import Storage

/// Scores one scene file against ground truth: label files on disk for occupancy, annotations for detections.
public struct SceneScorer: Sendable {
    /// What was counted, and what could not be.
    public struct Outcome: Sendable {
        /// The counts, and what is not in them.
        public var metrics = SceneMetrics()
        /// Why something that could have been counted was not; absence is no reason to say anything.
        public var notes: [String] {
            var gaps = metrics.gaps
            gaps.remove(.absent)
            return gaps.lines
        }
    }

    /// The scene's name.
    public let scene: String
    /// The scene's samples, for the places of the lidar; nil where the tables are not at hand.
    public let frames: SceneFrames?
    /// Annotations of the scene; nil where there are none.
    public let annotations: DetectionSceneTruth?
    /// What is wrong with the annotations, where there are some that cannot be used.
    public let annotationsFlaw: String?
    /// Where label files are.
    public let locator: Occ3DLocator
    /// Whether RayIoU is counted for occupancy.
    public let countsRays: Bool

    /// Makes a scorer.
    public init(
        scene: String,
        frames: SceneFrames?,
        annotations: DetectionSceneTruth?,
        annotationsFlaw: String? = nil,
        locator: Occ3DLocator,
        countsRays: Bool = true
    ) {
        self.scene = scene
        self.frames = frames
        self.annotations = annotations
        self.annotationsFlaw = annotationsFlaw
        self.locator = locator
        self.countsRays = countsRays
    }

    /// Scores every sample of a file that has ground truth; the others are counted and named in the metrics' gaps.
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
        var gaps = TruthGaps()
        var origins: RayOrigins?
        var confusions = MaskedConfusions()
        var rays = RayCounts()
        for entry in reader.entries {
            let path = locator.path(scene: scene, sample: entry.token)
            let labels: VoxelLabels
            switch LabelFile(path) {
            case .labels(let read): labels = read
            case .absent:
                gaps.add(.absent, sample: entry.token, why: path)
                continue
            case .unreadable(let why):
                gaps.add(.unreadable, sample: entry.token, why: why)
                continue
            case .damaged(let why):
                gaps.add(.damaged, sample: entry.token, why: why)
                continue
            }
            let prediction = try reader.sample(entry).occupancy().bytes
            try confusions.accumulate(prediction: prediction, truth: labels, sample: entry.token)
            if labels.maskCamera == nil { gaps.add(.noCameraMask, sample: entry.token, why: path) }
            if labels.maskLidar == nil { gaps.add(.noLidarMask, sample: entry.token, why: path) }
            guard countsRays else { continue }
            let known = origins ?? rayOrigins(of: reader)
            origins = known
            switch known {
            case .places(let places):
                // Every entry of the file has its place, else there were none at all.
                guard let place = places[entry.token] else { continue }
                try rays.accumulate(
                    prediction: prediction,
                    semantics: labels.semantics,
                    origins: place,
                    sample: entry.token
                )
            case .unknown(let why): gaps.add(.noRays, sample: entry.token, why: why)
            }
        }
        gaps.shorten(.absent, whereAllOf: reader.entries.count)
        return Outcome(
            metrics: SceneMetrics(
                confusions: confusions.samples > 0 ? confusions : nil,
                rays: rays.samples > 0 ? rays : nil,
                gaps: gaps
            )
        )
    }

    /// From where each sample's rays are cast, or why that is not known.
    private enum RayOrigins {
        case places([String: LidarOrigins])
        case unknown(String)
    }

    private func rayOrigins(of reader: SceneFileReader) -> RayOrigins {
        guard let frames else { return .unknown("the dataset's tables are not at hand") }
        guard frames.samples.count <= Self.rayLimit else {
            return .unknown("the scene has \(frames.samples.count) samples, at most \(Self.rayLimit) are looked at")
        }
        let keyframes = frames.samples.compactMap(LidarKeyframe.init)
        guard keyframes.count == frames.samples.count else {
            return .unknown(
                "the tables lack pose or calibration of LIDAR_TOP at"
                    + " \(frames.samples.count - keyframes.count) of the scene's \(frames.samples.count) samples"
            )
        }
        let tokens = Set(keyframes.map(\.sample))
        guard reader.entries.allSatisfy({ tokens.contains($0.token) }) else {
            return .unknown("the file has samples that the scene has not")
        }
        do {
            let origins = zip(keyframes.map(\.sample), try LidarOrigins.all(of: keyframes))
            return .places(Dictionary(Array(origins)) { first, _ in first })
        } catch {
            return .unknown("\(error)")
        }
    }

    private func scoreDetections(_ reader: SceneFileReader) throws -> Outcome {
        var gaps = TruthGaps()
        guard let annotations else {
            for entry in reader.entries {
                gaps.add(annotationsFlaw == nil ? .absent : .damaged, sample: entry.token, why: annotationsFlaw ?? "")
            }
            gaps.shorten(.absent, whereAllOf: reader.entries.count)
            return Outcome(metrics: SceneMetrics(gaps: gaps))
        }
        let truths = Dictionary(annotations.samples.map { ($0.truth.sampleToken, $0) }) { first, _ in first }
        var matches = DetectionMatches()
        for entry in reader.entries {
            guard let sample = truths[entry.token] else {
                gaps.add(.absent, sample: entry.token, why: "no annotations of it")
                continue
            }
            let boxes = try DetectionDocument.decode(reader.sample(entry).detectionsJSON(), of: entry.token)
            try matches.accumulate(predictions: boxes, truth: sample.truth, order: sample.order)
        }
        return Outcome(
            metrics: SceneMetrics(detections: matches.sampleCount > 0 ? matches : nil, gaps: gaps)
        )
    }
}

extension LidarKeyframe {
    /// The lidar's place at a sample; nil where the tables do not give it.
    init?(_ sample: SampleFrames) {
        guard let lidar = sample.lidar else { return nil }
        self.init(
            sample: sample.token,
            egoToGlobal: lidar.egoToGlobal,
            lidarToEgo: lidar.sensorToEgo
        )
    }
}
