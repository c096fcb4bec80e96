internal import Evaluation
internal import Foundation
internal import Scenes
internal import Scoring

extension ComparisonReport: Encodable {
    private enum Key: String, CodingKey {
        case a, b, mask, scenes, samples, seed, resamples, identical, verdict, sentence, headline, metrics, leftOut
        case changedSamples
    }

    /// The report's keys; what is not defined is left out.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(a, forKey: .a)
        try container.encode(b, forKey: .b)
        try container.encodeIfPresent(mask?.rawValue, forKey: .mask)
        try container.encode(comparison.scenes.count, forKey: .scenes)
        try container.encode(comparison.sampleCount, forKey: .samples)
        try container.encode(comparison.seed, forKey: .seed)
        try container.encode(SceneDraws.usualCount, forKey: .resamples)
        try container.encodeIfPresent(isIdentical, forKey: .identical)
        let found: ScoreDifference.Verdict = isSame ? .noDifference : headline.verdict
        try container.encode(found.rawValue, forKey: .verdict)
        try container.encode(verdict, forKey: .sentence)
        try container.encode(Row(headline, verdict(of: headline)), forKey: .headline)
        let parts = comparison.parts.map { part in Part(part) { verdict(of: $0) } }
        try container.encode(parts, forKey: .metrics)
        let left = comparison.leftOut.map { ["scene": $0.scene, "reason": $0.reason.rawValue] }
        try container.encode(left, forKey: .leftOut)
        try container.encodeIfPresent(samples, forKey: .changedSamples)
    }

    /// The document, with sorted keys.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    private struct Part: Encodable {
        let scores: [Row]
        let scenes: [Scene]

        init(_ part: RunComparison.Part, _ verdict: (ScoreDifference) -> ScoreDifference.Verdict) {
            scores = part.differences.map { Row($0, verdict($0)) }
            scenes = part.scenes.map {
                Scene(scene: $0.name, samples: $0.samples, a: $0.a, b: $0.b, difference: $0.difference)
            }
        }
    }

    private struct Row: Encodable {
        let key: String
        let a: Double?
        let b: Double?
        let difference: Double?
        let interval: [Double]?
        let scenes: Int
        let verdict: String

        init(_ difference: ScoreDifference, _ verdict: ScoreDifference.Verdict) {
            key = difference.score.key
            a = difference.a
            b = difference.b
            self.difference = difference.difference
            interval = difference.interval.map { [$0.lowerBound, $0.upperBound] }
            scenes = difference.sceneCount
            self.verdict = verdict.rawValue
        }
    }

    private struct Scene: Encodable {
        let scene: String
        let samples: Int
        let a: Double?
        let b: Double?
        let difference: Double?
    }
}
