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

    fileprivate func sum(
        _ scenes: [CountedScene<DetectionMatches>],
        _ caption: ScoreCaption
    ) throws -> DetectionReport {
        let order = DetectionOrder(split: caption.split)
        var total = DetectionMatches()
        for scene in scenes.sorted(by: { $0.place < $1.place }) {
            // In the tables' order every sample has a number of its own already.
            let matches = scene.counts
            try total.merge(order == .sampleTable ? matches : matches.placed(atScene: UInt32(clamping: scene.place)))
        }
        return try DetectionReport(
            dataset: caption.dataset,
            split: caption.split,
            model: caption.model,
            matches: total,
            sceneCount: scenes.count,
            expectedSamples: caption.expectedSamples
        )
    }
}

extension DetectionMatches: MetricCounts {
    /// Whether no sample was counted.
    public var isEmpty: Bool { sampleCount == 0 }
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
