public import Evaluation
public import Scenes
public import Storage

/// What stands beside every number: of which run, and of how much of it.
public struct ScoreCaption: Equatable, Sendable {
    /// Name of the dataset's version.
    public var dataset: String
    /// Name of the split.
    public var split: String
    /// Name of the model.
    public var model: String
    /// Samples of the split, where known.
    public var expectedSamples: Int?

    /// The caption of a run that is known from its manifest.
    public init(_ manifest: RunManifest) {
        dataset = manifest.datasetVersion
        split = manifest.split
        model = manifest.model
        expectedSamples = manifest.settings[RunScores.expectedSamplesKey].flatMap(Int.init)
    }

    /// The caption of a run that is known from the queue.
    public init(_ settings: RunSettings, expectedSamples: Int) {
        dataset = settings.datasetVersion
        split = settings.split
        model = settings.modelConfiguration
        self.expectedSamples = expectedSamples
    }
}

extension RunScores {
    /// The mIoU of these scenes; nil where none has confusions.
    public func occupancyReport(_ caption: ScoreCaption, mask: VisibilityMask) -> OccupancyReport? {
        let scenes = confusions
        guard !scenes.isEmpty else { return nil }
        return OccupancyReport(
            dataset: caption.dataset,
            split: caption.split,
            model: caption.model,
            mask: mask,
            scenes: scenes,
            expectedSamples: caption.expectedSamples.map { UInt64(max(0, $0)) }
        )
    }

    /// The RayIoU of these scenes; nil where none has ray counts.
    public func rayReport(_ caption: ScoreCaption) -> RayIoUReport? {
        let scenes = rays
        guard !scenes.isEmpty else { return nil }
        return RayIoUReport(
            dataset: caption.dataset,
            split: caption.split,
            model: caption.model,
            scenes: scenes,
            expectedSamples: caption.expectedSamples.map { UInt64(max(0, $0)) }
        )
    }

    /// mAP and NDS of these scenes; nil where none has matches.
    ///
    /// - Throws: `EvaluationError` where a scene stands there twice, or scores below 0 cannot be ranked.
    public func detectionReport(_ caption: ScoreCaption) throws -> DetectionReport? {
        guard hasDetections else { return nil }
        let order = DetectionOrder(split: caption.split)
        var total = DetectionMatches()
        var count = 0
        for scene in scenes.sorted(by: { $0.place < $1.place }) {
            guard let matches = scene.metrics.detections else { continue }
            // In the tables' order every sample has a number of its own already.
            try total.merge(order == .sampleTable ? matches : matches.placed(atScene: UInt32(clamping: scene.place)))
            count += 1
        }
        return try DetectionReport(
            dataset: caption.dataset,
            split: caption.split,
            model: caption.model,
            matches: total,
            sceneCount: count,
            expectedSamples: caption.expectedSamples
        )
    }
}
