public import Evaluation
internal import Scenes
public import Storage

/// mIoU over the voxels of Occ3D-nuScenes, under a mask that is chosen when a report is made.
public struct OccupancyMetric: SceneMetric {
    /// The part of stored metrics.
    public static let part: UInt8 = 1
    /// Judges voxels.
    public static let kind = SampleKind.occupancy
    /// The score that occupancy runs are known by.
    public static let jsonKey: String? = nil

    /// Makes the metric.
    public init() {}

    /// Counts a sample under every mask that its labels have.
    public func count(_ sample: JudgedSample, into counts: inout MaskedConfusions, gaps: inout TruthGaps) throws {
        guard case .voxels(let prediction, let labels, let place, _) = sample.content else { return }
        try counts.accumulate(prediction: prediction, truth: labels, sample: sample.token)
        if labels.maskCamera == nil { gaps.add(.noCameraMask, sample: sample.token, why: place) }
        if labels.maskLidar == nil { gaps.add(.noLidarMask, sample: sample.token, why: place) }
    }

    /// The mIoU of some scenes under the caption's mask.
    public func report(
        _ scenes: [CountedScene<MaskedConfusions>],
        _ caption: ScoreCaption
    ) throws -> (any ScoreReport)? {
        OccupancyReport(
            dataset: caption.dataset,
            split: caption.split,
            model: caption.model,
            mask: caption.mask,
            scenes: scenes.map { ($0.name, $0.counts) },
            expectedSamples: caption.expectedSamples.map { UInt64(max(0, $0)) }
        )
    }
}

extension MaskedConfusions: MetricCounts {
    /// Whether no sample was counted.
    public var isEmpty: Bool { samples == 0 }
}

extension OccupancyReport: ScoreReport {
    /// Samples that the score is of.
    public var scoredSamples: Int { Int(clamping: sampleCount) }
    /// The mean over classes.
    public var headline: [HeadlineScore] {
        [HeadlineScore(key: "meanIoU_percent", title: "mIoU", value: meanIoU_percent, digits: 2)]
    }
}
