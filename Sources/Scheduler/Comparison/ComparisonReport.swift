internal import Evaluation
internal import Foundation
internal import Scenes
internal import Scoring
internal import Storage

/// All that `compare` says of two runs, as a value.
struct ComparisonReport {
    let a: ComparedRun
    let b: ComparedRun
    /// The voxels that mIoU is of; nil for boxes.
    let mask: VisibilityMask?
    let comparison: RunComparison
    /// The metric's number that the runs are known by.
    let headline: ScoreDifference
    /// The samples that changed most; nil where samples were not scored.
    let samples: SampleChanges?
    /// Whether both predict the same; nil where that was not looked at.
    let isIdentical: Bool?

    /// Fewer scenes than this make intervals of a bootstrap rather too narrow.
    static let fewScenes = 20

    // MARK: - Words

    /// Whether both predict the same and so have the same scores, however few scenes there are.
    var isSame: Bool { isIdentical == true && (headline.difference ?? 0) == 0 }

    /// What a number's scenes say: where both predict the same, few scenes are enough.
    func verdict(of difference: ScoreDifference) -> ScoreDifference.Verdict {
        isSame && difference.verdict == .tooFewScenes ? .noDifference : difference.verdict
    }

    /// What was found, in one sentence.
    var verdict: String {
        if isSame {
            return "no difference: A and B are identical, byte for byte, in all \(comparison.sampleCount) samples"
        }
        let title = headline.score.title
        let count = comparison.scenes.count
        guard let difference = headline.difference else { return "no verdict: \(title) is not defined" }
        let signed = Self.signed(difference, headline.score)
        let size = Self.number(abs(difference), headline.score) + points
        switch headline.verdict {
        case .better: return "B is better by \(size) of \(title): \(signed) \(Self.interval(headline))"
        case .worse: return "B is worse by \(size) of \(title): \(signed) \(Self.interval(headline))"
        case .noDifference:
            if difference == 0, headline.interval == 0...0 {
                return "no difference: \(title) is \(Self.number(headline.a, headline.score)) in both"
            }
            return "no difference in \(title) that \(Self.scenes(count)) can show: \(signed) \(Self.interval(headline))"
        case .tooFewScenes, .undefined:
            return
                "no verdict: \(title) \(signed), and \(Self.scenes(count)) \(count == 1 ? "is" : "are") too few for an interval (at least"
                + " \(PairedBootstrap.leastScenes))"
        }
    }

    /// Of what the numbers are, in one line.
    var caption: String {
        "\(b.datasetVersion) \(b.split), " + (mask.map { "mask \($0.rawValue), " } ?? "")
            + "\(Self.scenes(comparison.scenes.count)) and \(comparison.sampleCount) samples in common"
    }

    /// How to read the numbers, sentence by sentence.
    var notes: [String] {
        let count = comparison.scenes.count
        var notes: [String] = []
        if headline.interval != nil {
            notes.append(
                "Intervals: the middle 95 % of \(Self.grouped(SceneDraws.usualCount)) paired resamples of scenes, pooled counts;"
                    + " seed \(comparison.seed)."
            )
            notes.append("Of twenty rows without any difference, one is marked by chance.")
        }
        if headline.interval != nil, count < Self.fewScenes {
            notes.append("\(count) scenes are few: below \(Self.fewScenes) intervals are rather too narrow.")
        }
        if comparison.parts.contains(where: { $0.differences.contains { $0.score.unit == .error } }) {
            notes.append(
                "NDS, mAP and APs are 0 to 1; the five errors have units, and less is better."
            )
        }
        return notes
    }

    /// Scenes that are not compared: by reason, which.
    var leftOut: [(reason: String, scenes: [String])] {
        let words: [(RunComparison.LeftOut.Reason, String)] = [
            (.onlyInA, "only run A has"), (.onlyInB, "only run B has"),
            (.unscoredInB, "run B has no score of"), (.unscoredInA, "run A has no score of"),
            (.unscored, "neither run has a score of"), (.otherSamples, "the runs have other samples of"),
        ]
        return words.compactMap { reason, words in
            let scenes = comparison.leftOut.filter { $0.reason == reason }.map(\.scene)
            return scenes.isEmpty ? nil : (words, scenes)
        }
    }

    // MARK: - The gate

    /// Why the comparison fails where B may lose so many points, a number below zero; nil where it does not.
    ///
    /// A point is 1 % of mIoU, 0.01 of NDS.
    func failure(limit: Double) -> String? {
        let title = headline.score.title
        guard let difference = headline.difference else {
            return "\(title) is not defined, so nothing shows that B is as good"
        }
        if difference < limit * headline.score.unit.point {
            return
                "\(title) changed by \(Self.signed(difference, headline.score))\(points), less than --fail-below \(limit) allows"
        }
        let missing = comparison.leftOut.filter { [.onlyInA, .unscoredInB, .otherSamples].contains($0.reason) }
        guard let first = missing.first else { return nil }
        return
            "run B has no comparable score of \(Self.scenes(missing.count)) of run A ('\(first.scene)'), so nothing shows that it is as"
            + " good there"
    }

    // MARK: - Numbers

    /// What follows a difference of the headline.
    private var points: String { headline.score.unit == .percent ? " points" : "" }

    /// Two digits of percent, four of anything else; a dash where it is not defined.
    static func number(_ value: Double?, _ score: ComparedScore) -> String {
        value.map { String(format: "%.\(score.unit.digits)f", $0) } ?? "-"
    }

    /// The same with its sign; nothing that is rounded to zero has one.
    static func signed(_ value: Double?, _ score: ComparedScore) -> String {
        guard let value else { return "-" }
        let text = number(abs(value), score)
        return text.contains { $0 != "0" && $0 != "." } ? (value < 0 ? "-" : "+") + text : text
    }

    /// Both ends in brackets; a dash where there is none.
    static func interval(_ difference: ScoreDifference) -> String {
        guard let interval = difference.interval else { return "-" }
        return "[\(signed(interval.lowerBound, difference.score)), \(signed(interval.upperBound, difference.score))]"
    }

    /// What a row says.
    func word(_ difference: ScoreDifference) -> String {
        switch verdict(of: difference) {
        case .better: "better"
        case .worse: "worse"
        case .tooFewScenes: "few scenes"
        case .noDifference, .undefined: ""
        }
    }

    /// A number of scenes.
    static func scenes(_ count: Int) -> String { count == 1 ? "1 scene" : "\(count) scenes" }

    private static func grouped(_ count: Int) -> String {
        count < 1000 ? "\(count)" : "\(count / 1000),\(String(format: "%03d", count % 1000))"
    }
}
