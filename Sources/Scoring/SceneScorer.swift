internal import ArrayFiles
public import Datasets
public import Evaluation
public import Scenes
public import Storage

/// Scores one scene file against ground truth: voxel labels for occupancy, annotations for detections.
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
    /// The voxel labels.
    public let labels: any LabelSource
    private let metrics: [any SceneMetric]

    /// Makes a scorer.
    ///
    /// - Parameter metrics: what is counted; those of the other kind of predictions are left out.
    public init(
        scene: String,
        frames: SceneFrames?,
        annotations: DetectionSceneTruth?,
        annotationsFlaw: String? = nil,
        labels: any LabelSource,
        metrics: [any SceneMetric] = Metrics.known
    ) {
        self.scene = scene
        self.frames = frames
        self.annotations = annotations
        self.annotationsFlaw = annotationsFlaw
        self.labels = labels
        self.metrics = metrics
    }

    /// Scores every sample of a file that has ground truth; the others are counted and named in the metrics' gaps.
    ///
    /// - Parameter sample: gets each sample of the file, in its order, with counts of its own; they add up to the scene's.
    /// - Throws: `StorageError` naming the scene file, `EvaluationError` naming the sample, and what `sample` throws.
    public func score(
        _ reader: SceneFileReader,
        sample handOver: (SampleScores) throws -> Void = { _ in }
    ) throws -> Outcome {
        let kinds = Set(reader.entries.map(\.kind))
        guard kinds.count == 1, let kind = kinds.first else { return Outcome() }
        let metrics = metrics.filter { type(of: $0).kind == kind }
        var truth =
            switch kind {
            case .occupancy: SceneTruth.voxels(origins: nil)
            case .detections: SceneTruth(annotations)
            }
        var outcome = Outcome()
        for (index, entry) in reader.entries.enumerated() {
            var own = SceneMetrics()
            if let sample = try judged(entry, in: reader, by: &truth, gaps: &own.gaps) {
                for metric in metrics {
                    let counts = try metric.adding(sample, to: nil, gaps: &own.gaps)
                    if !counts.isEmpty { own[part: type(of: metric).part] = counts }
                }
            }
            try outcome.metrics.merge(own)
            try handOver(SampleScores(scene: scene, index: index, token: entry.token, metrics: own))
        }
        outcome.metrics.gaps.shorten(.absent, whereAllOf: reader.entries.count)
        return outcome
    }

    /// What the samples of a scene are judged by.
    private enum SceneTruth {
        /// Label files; the places of the lidar once they were asked for.
        case voxels(origins: SceneOrigins?)
        /// Annotations by sample token.
        case boxes([String: DetectionSceneTruth.Sample])
        /// There are no annotations of the scene.
        case noBoxes

        init(_ annotations: DetectionSceneTruth?) {
            guard let annotations else {
                self = .noBoxes
                return
            }
            let samples = annotations.samples.map { ($0.truth.sampleToken, $0) }
            self = .boxes(Dictionary(samples) { first, _ in first })
        }
    }

    /// A sample with its ground truth; nil where it has none that can be used, which becomes a gap.
    private func judged(
        _ entry: SampleEntry,
        in reader: SceneFileReader,
        by truth: inout SceneTruth,
        gaps: inout TruthGaps
    ) throws -> JudgedSample? {
        switch truth {
        case .voxels(let known):
            let place = labels.place(scene: scene, sample: entry.token)
            let read: VoxelLabels
            switch labels.read(scene: scene, sample: entry.token) {
            case .labels(let labels): read = labels
            case .absent:
                gaps.add(.absent, sample: entry.token, why: place)
                return nil
            case .unreadable(let why):
                gaps.add(.unreadable, sample: entry.token, why: why)
                return nil
            case .damaged(let why):
                gaps.add(.damaged, sample: entry.token, why: why)
                return nil
            }
            let origins = known ?? SceneOrigins(frames, entries: reader.entries)
            truth = .voxels(origins: origins)
            return JudgedSample(
                token: entry.token,
                content: .voxels(
                    prediction: try reader.sample(entry).occupancy().bytes,
                    labels: read,
                    labelsPlace: place,
                    origins: origins.of(entry.token)
                )
            )
        case .boxes(let samples):
            guard let sample = samples[entry.token] else {
                gaps.add(.absent, sample: entry.token, why: "no annotations of it")
                return nil
            }
            let boxes = try DetectionDocument.decode(reader.sample(entry).detectionsJSON(), of: entry.token)
            return JudgedSample(token: entry.token, content: .boxes(prediction: boxes, truth: sample))
        case .noBoxes:
            gaps.add(annotationsFlaw == nil ? .absent : .damaged, sample: entry.token, why: annotationsFlaw ?? "")
            return nil
        }
    }
}
