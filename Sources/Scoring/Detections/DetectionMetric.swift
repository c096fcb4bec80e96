public import Evaluation
internal import Foundation
public import Storage
internal import SystemSupport

/// mAP and NDS of nuScenes' detection task.
public struct DetectionMetric: SceneMetric {
    /// The part of stored metrics.
    public static let part: UInt8 = 3
    /// Judges boxes.
    public static let kind = SampleKind.detections
    /// The scores that detection runs are known by.
    public static let jsonKey: String? = nil

    /// Makes the metric.
    public init() {}

    /// Matches a sample's boxes with the annotated ones.
    public func count(_ sample: JudgedSample, into counts: inout DetectionMatches, gaps: inout TruthGaps) throws {
        guard case .boxes(let boxes, let truth) = sample.content else { return }
        try counts.accumulate(predictions: boxes, truth: truth.truth, order: truth.order)
    }

    /// mAP and NDS of some scenes.
    ///
    /// - Throws: `EvaluationError` where a scene stands there twice, or scores below 0 cannot be ranked.
    public func report(
        _ scenes: [CountedScene<DetectionMatches>],
        _ caption: ScoreCaption
    ) throws -> (any ScoreReport)? {
        DetectionScore(report: try sum(scenes, caption), scenes: scenes, caption: caption)
    }

    /// The score below which boxes do not count for the second number; `picture` leaves them out too.
    public static let shownScore = 0.2

    /// F1 at 2 m, in percent, all classes together: at the sample's best threshold of scores, and of boxes of a score of 0.2 and above.
    ///
    /// AP and NDS say little of a single sample, where most classes do not occur. Two runs may give scores of different sizes to boxes
    /// of the same worth, so the best threshold ranks; what it cannot tell, certain boxes where there is nothing, the other does.
    public func sampleScores(_ counts: DetectionMatches, _ caption: ScoreCaption) -> [HeadlineScore] {
        [
            HeadlineScore(key: "bestF1_percent", title: "F1", value: counts.bestF1.map { $0 * 100 }, digits: 2),
            HeadlineScore(
                key: "shownF1_percent",
                title: "F1 from 0.2",
                value: counts.f1(minimumScore: Self.shownScore).map { $0 * 100 },
                digits: 2
            ),
        ]
    }

    fileprivate func sum(
        _ scenes: [CountedScene<DetectionMatches>],
        _ caption: ScoreCaption
    ) throws -> DetectionReport {
        var total = DetectionMatches()
        for scene in scenes.sorted(by: { $0.place < $1.place }) { try total.merge(placed(scene, caption)) }
        return try DetectionReport(
            dataset: caption.dataset,
            split: caption.split,
            model: caption.model,
            matches: total,
            sceneCount: scenes.count,
            expectedSamples: caption.expectedSamples
        )
    }

    /// A scene's matches, every sample with an order of its own among those of all scenes.
    private func placed(_ scene: CountedScene<DetectionMatches>, _ caption: ScoreCaption) throws -> DetectionMatches {
        // In the tables' order every sample has a number of its own already.
        let isPlaced = DetectionOrder(split: caption.split) == .sampleTable
        return isPlaced ? scene.counts : try scene.counts.placed(atScene: UInt32(clamping: scene.place))
    }

    /// NDS, mAP, the errors and the APs of the classes.
    public func pooled(
        _ scenes: [CountedScene<DetectionMatches>],
        _ caption: ScoreCaption
    ) throws -> any PooledScores {
        PooledMatches(try scenes.map { try placed($0, caption) })
    }
}

extension DetectionMatches: MetricCounts {
    /// Samples that were counted.
    public var scoredSamples: Int { sampleCount }
}

/// mAP and NDS of some scenes together and, for a table, of each by itself.
public struct DetectionScore: ScoreReport {
    /// The score of all.
    public let report: DetectionReport
    let scenes: [CountedScene<DetectionMatches>]
    let caption: ScoreCaption

    /// Samples that the score is of.
    public var scoredSamples: Int { report.sampleCount }

    /// mAP and NDS.
    public var headline: [HeadlineScore] {
        [
            HeadlineScore(key: "mAP", title: "mAP", value: report.meanAveragePrecision, digits: 4),
            HeadlineScore(key: "nds", title: "NDS", value: report.detectionScore, digits: 4),
        ]
    }

    /// nuscenes-devkit's lines; with scenes each one's own mAP and NDS, classes that it lacks counted as 0: to find scenes, not to
    /// compare with the split.
    public func table(withScenes: Bool) throws -> String {
        guard withScenes else { return report.table }
        let rows = try scenes.map { scene in
            let own = try DetectionMetric().sum([scene], caption)
            return [
                scene.name, String(format: "%.4f", own.meanAveragePrecision),
                String(format: "%.4f", own.detectionScore),
                "\(own.sampleCount)",
            ]
        }
        return report.table + "\n" + TextTable.render(header: ["scene", "mAP", "NDS", "samples"], rows: rows)
    }

    /// The report's keys.
    public func encode(to encoder: any Encoder) throws { try report.encode(to: encoder) }
}
