internal import Scenes

extension DetectionMatches {
    /// F1 at 2 m, 0 to 1, of predictions of a score and above, all classes together; nil where there is neither such a prediction nor an
    /// annotated box.
    ///
    /// F1 = 2 hits / (predictions + annotated boxes). What a prediction matches depends on those with higher scores only, so leaving out
    /// the others changes no match.
    public func f1(minimumScore: Double) -> Double? {
        let records = samples.lazy.flatMap(\.records).filter { $0.score >= minimumScore }
        return Self.f1(hits: records.count(where: \.isHit), predictions: records.count, truths: allTruths)
    }

    /// The largest F1 at 2 m over all thresholds of the score, one for all classes; nil where no box is annotated.
    ///
    /// False alarms below the last hit that helps cost nothing, and the threshold is chosen knowing the truth: a number to rank samples
    /// by, whatever the size of a network's scores.
    public var bestF1: Double? {
        let truths = allTruths
        guard truths > 0 else { return nil }
        let ranked = samples.flatMap(\.records).sorted { $0.score > $1.score }
        var best = 0.0
        var hits = 0
        for (rank, record) in ranked.enumerated() {
            if record.isHit { hits += 1 }
            // A threshold takes all predictions of one score or none.
            let isLast = rank + 1 == ranked.count || ranked[rank + 1].score < record.score
            if isLast { best = max(best, Self.f1(hits: hits, predictions: rank + 1, truths: truths) ?? 0) }
        }
        return best
    }

    private var allTruths: Int { DetectionClass.allCases.reduce(0) { $0 + truthCount(of: $1) } }

    private static func f1(hits: Int, predictions: Int, truths: Int) -> Double? {
        predictions + truths == 0 ? nil : 2 * Double(hits) / Double(predictions + truths)
    }
}

extension DetectionMatches.Record {
    /// Whether it is a true positive at the distance for errors, 2 m.
    fileprivate var isHit: Bool { match.thresholds & 1 << UInt8(DetectionSettings.errorThresholdIndex) != 0 }
}
