public import Evaluation
internal import Scenes
public import Storage

/// RayIoU of SparseOcc: what lidar rays meet in the predicted voxels, beside what they meet in the true ones.
public struct RayMetric: SceneMetric {
    /// The part of stored metrics.
    public static let part: UInt8 = 2
    /// Judges voxels.
    public static let kind = SampleKind.occupancy
    /// Its report stands under this key.
    public static let jsonKey: String? = "rayIoU"

    /// Makes the metric.
    public init() {}

    /// Casts a sample's rays, where it is known from where.
    public func count(_ sample: JudgedSample, into counts: inout RayCounts, gaps: inout TruthGaps) throws {
        guard case .voxels(let prediction, let labels, _, let origins) = sample.content else { return }
        switch origins {
        case .places(let places):
            try counts.accumulate(
                prediction: prediction,
                semantics: labels.semantics,
                origins: places,
                sample: sample.token
            )
        case .unknown(let why): gaps.add(.noRays, sample: sample.token, why: why)
        }
    }

    /// The RayIoU of some scenes.
    public func report(_ scenes: [CountedScene<RayCounts>], _ caption: ScoreCaption) throws -> (any ScoreReport)? {
        RayIoUReport(
            dataset: caption.dataset,
            split: caption.split,
            model: caption.model,
            scenes: scenes.map { ($0.name, $0.counts) },
            expectedSamples: caption.expectedSamples.map { UInt64(max(0, $0)) }
        )
    }

    /// The sample's RayIoU: over the classes that its rays meet.
    public func sampleScores(_ counts: RayCounts, _ caption: ScoreCaption) -> [HeadlineScore] {
        [RayIoUReport.headline(rayIoU_percent: counts.rayIoU.map { $0 * 100 })]
    }

    /// RayIoU, its means at the thresholds, and the classes.
    public func pooled(_ scenes: [CountedScene<RayCounts>], _ caption: ScoreCaption) -> any PooledScores {
        PooledRays(scenes.map(\.counts))
    }
}

extension RayCounts: MetricCounts {
    /// Samples that were counted.
    public var scoredSamples: Int { Int(clamping: samples) }
}

extension RayIoUReport: ScoreReport {
    /// Samples that the score is of.
    public var scoredSamples: Int { Int(clamping: sampleCount) }
    /// The mean over thresholds.
    public var headline: [HeadlineScore] { [Self.headline(rayIoU_percent: rayIoU_percent)] }

    static func headline(rayIoU_percent: Double?) -> HeadlineScore {
        HeadlineScore(key: "rayIoU_percent", title: "RayIoU", value: rayIoU_percent, digits: 2)
    }
}
