internal import Evaluation
internal import Foundation
internal import Scenes
internal import Scoring

/// All scores of a run as `evaluate` shows them, and of how much of it they are.
struct ScoreSummary {
    /// The scores that the counts allow, each with the key of its part of a JSON document.
    private let reports: [(key: String?, report: any ScoreReport)]
    /// Samples that were scored, and that the run has.
    let sampleCount: Int
    let expectedSampleCount: Int?
    private let isChosen: Bool
    private let scores: RunScores
    private let mask: VisibilityMask

    /// Makes the reports that the counts allow.
    ///
    /// - Parameter isChosen: whether somebody asked for some of the scenes.
    init(_ scores: RunScores, _ caption: ScoreCaption, isChosen: Bool = false) throws {
        reports = try Metrics.known.compactMap { metric in
            try scores.report(metric, caption).map { (type(of: metric).jsonKey, $0) }
        }
        sampleCount = reports.first?.report.scoredSamples ?? 0
        expectedSampleCount = caption.expectedSamples
        mask = caption.mask
        self.isChosen = isChosen
        self.scores = scores
    }

    /// The mIoU; nil for a run of other predictions.
    var occupancy: OccupancyReport? { reports.lazy.compactMap { $0.report as? OccupancyReport }.first }

    /// mAP and NDS; nil for a run of other predictions.
    var detections: DetectionReport? { reports.lazy.compactMap { $0.report as? DetectionScore }.first?.report }

    /// Whether samples of the run are not in the score.
    var isPartial: Bool { expectedSampleCount.map { sampleCount < $0 } ?? false }

    /// What is said of a part.
    var partText: String {
        "this is the score of a part, \(sampleCount) of \(expectedSampleCount ?? sampleCount) samples, and not that of the run:"
            + " of the others \(missing)"
    }

    /// What became of the samples that are not in the score.
    private var missing: String {
        let gaps = scores.gaps
        var words = [
            (gaps.count(.absent), "have no ground truth"), (gaps.count(.damaged), "have damaged ground truth"),
            (gaps.count(.unreadable), "have ground truth that cannot be read"),
            (gaps.count(.failed), "could not be scored"),
        ]
        if occupancy != nil, mask == .camera { words.append((gaps.count(.noCameraMask), "have no mask_camera")) }
        if occupancy != nil, mask == .lidar { words.append((gaps.count(.noLidarMask), "have no mask_lidar")) }
        let known = words.reduce(0) { $0 + $1.0 }
        let rest = (expectedSampleCount ?? sampleCount) - sampleCount - known
        words.append((rest, isChosen ? "were not asked for" : "are not done or were not counted"))
        return words.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    /// The tables, one below the other.
    ///
    /// - Throws: `EvaluationError` where a scene's scores below 0 cannot be ranked.
    func text(withScenes: Bool) throws -> String {
        try reports.map { try $0.report.table(withScenes: withScenes) }.joined(separator: "\n")
    }

    /// The few numbers that a list of runs shows.
    var headline: Headline {
        Headline(scores: reports.flatMap(\.report.headline), samples: sampleCount)
    }

    /// The main scores of a run; those that it does not have are left out.
    struct Headline: Encodable {
        let scores: [HeadlineScore]
        let samples: Int

        func encode(to encoder: any Encoder) throws {
            var values = encoder.singleValueContainer()
            var document = Dictionary(scores.map { ($0.key, $0.value) }) { first, _ in first }.compactMapValues { $0 }
            document["samples"] = Double(samples)
            try values.encode(document)
        }
    }

    /// One line for a table of runs.
    var line: String {
        let parts = headline.scores.compactMap { score in
            score.value.map { "\(score.title) " + String(format: "%.\(score.digits)f", $0) }
        }
        return parts.isEmpty ? "-" : parts.joined(separator: " ")
    }

    /// One JSON document: the keys of the run's main report, `isPartial`, `truthGaps` by reason, and `rayIoU` for occupancy.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}

extension ScoreSummary: Encodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        for report in reports where report.key == nil { try report.report.encode(to: encoder) }
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(isPartial, forKey: Key("isPartial"))
        try container.encode(scores.gaps.groups, forKey: Key("truthGaps"))
        for case (let key?, let report) in reports { try report.encode(to: container.superEncoder(forKey: Key(key))) }
    }
}
