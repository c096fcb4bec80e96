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

    /// The sample's mIoU: over the classes that occur in its truth or prediction, under the caption's mask.
    public func sampleScores(_ counts: MaskedConfusions, _ caption: ScoreCaption) -> [HeadlineScore] {
        [OccupancyReport.headline(meanIoU_percent: counts[caption.mask].meanIoU.map { $0 * 100 })]
    }

    /// mIoU and the IoUs of the classes under the caption's mask.
    public func pooled(_ scenes: [CountedScene<MaskedConfusions>], _ caption: ScoreCaption) -> any PooledScores {
        PooledConfusions(scenes.map { $0.counts[caption.mask] })
    }
}

extension MaskedConfusions: MetricCounts {
    /// Samples that were counted; under a mask there are fewer where ground truth lacks that mask.
    public var scoredSamples: Int { Int(clamping: samples) }
}

extension OccupancyReport: ScoreReport {
    /// Samples that the score is of.
    public var scoredSamples: Int { Int(clamping: sampleCount) }
    /// The mean over classes.
    public var headline: [HeadlineScore] { [Self.headline(meanIoU_percent: meanIoU_percent)] }

    static func headline(meanIoU_percent: Double?) -> HeadlineScore {
        HeadlineScore(key: "meanIoU_percent", title: "mIoU", value: meanIoU_percent, digits: 2)
    }
}
