internal import Evaluation
internal import Foundation
internal import Runs
internal import Scenes

/// All scores of a run as `evaluate` shows them, and of how much of it they are.
struct ScoreSummary {
    let occupancy: OccupancyReport?
    let rays: RayIoUReport?
    let detections: DetectionReport?
    /// Samples that were scored, and that the run has.
    let sampleCount: Int
    let expectedSampleCount: Int?
    private let isChosen: Bool
    private let scores: RunScores
    private let caption: ScoreCaption

    /// Makes the reports that the counts allow.
    ///
    /// - Parameter isChosen: whether somebody asked for some of the scenes.
    init(_ scores: RunScores, _ caption: ScoreCaption, mask: VisibilityMask = .camera, isChosen: Bool = false) throws {
        detections = try scores.detectionReport(caption)
        occupancy = scores.occupancyReport(caption, mask: mask)
        rays = scores.rayReport(caption)
        sampleCount = detections?.sampleCount ?? occupancy.map { Int(clamping: $0.sampleCount) } ?? 0
        expectedSampleCount = caption.expectedSamples
        self.isChosen = isChosen
        self.scores = scores
        self.caption = caption
    }

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
        if occupancy?.mask == .camera { words.append((gaps.count(.noCameraMask), "have no mask_camera")) }
        if occupancy?.mask == .lidar { words.append((gaps.count(.noLidarMask), "have no mask_lidar")) }
        let known = words.reduce(0) { $0 + $1.0 }
        let rest = (expectedSampleCount ?? sampleCount) - sampleCount - known
        words.append((rest, isChosen ? "were not asked for" : "are not done or were not counted"))
        return words.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    /// The tables, one below the other.
    ///
    /// - Throws: `EvaluationError` where a scene's scores below 0 cannot be ranked.
    func text(withScenes: Bool) throws -> String {
        var tables: [String] = []
        if let detections { tables.append(detections.table + (withScenes ? "\n" + (try detectionScenes()) : "")) }
        if let occupancy { tables.append(occupancy.table(withScenes: withScenes)) }
        if let rays { tables.append(rays.table(withScenes: withScenes)) }
        return tables.joined(separator: "\n")
    }

    /// Each scene's own mAP and NDS, classes that it lacks counted as 0: to find scenes, not to compare with the split.
    private func detectionScenes() throws -> String {
        let rows = try scores.scenes.compactMap { scene -> [String]? in
            guard let report = try scores.only([scene.name]).detectionReport(caption) else { return nil }
            return [
                scene.name, String(format: "%.4f", report.meanAveragePrecision),
                String(format: "%.4f", report.detectionScore), "\(report.sampleCount)",
            ]
        }
        return TextTable.render(header: ["scene", "mAP", "NDS", "samples"], rows: rows)
    }

    /// The few numbers that a list of runs shows.
    var headline: Headline {
        Headline(
            mAP: detections?.meanAveragePrecision,
            nds: detections?.detectionScore,
            meanIoU_percent: occupancy?.meanIoU_percent,
            rayIoU_percent: rays?.rayIoU_percent,
            samples: sampleCount
        )
    }

    /// The main scores of a run; those that it does not have are nil.
    struct Headline: Encodable {
        let mAP: Double?
        let nds: Double?
        let meanIoU_percent: Double?
        let rayIoU_percent: Double?
        let samples: Int
    }

    /// One line for a table of runs.
    var line: String {
        var parts: [String] = []
        if let detections {
            let (mAP, nds) = (detections.meanAveragePrecision, detections.detectionScore)
            parts.append(String(format: "mAP %.4f NDS %.4f", mAP, nds))
        }
        if let value = occupancy?.meanIoU_percent { parts.append(String(format: "mIoU %.2f", value)) }
        if let value = rays?.rayIoU_percent { parts.append(String(format: "RayIoU %.2f", value)) }
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
    private enum Key: String, CodingKey {
        case isPartial, rayIoU, truthGaps
    }

    func encode(to encoder: any Encoder) throws {
        try detections?.encode(to: encoder)
        try occupancy?.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(isPartial, forKey: .isPartial)
        try container.encode(scores.gaps.groups, forKey: .truthGaps)
        try container.encodeIfPresent(rays, forKey: .rayIoU)
    }
}
