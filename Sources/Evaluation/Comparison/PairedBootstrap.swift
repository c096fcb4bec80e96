internal import Foundation
internal import Synchronization

/// How a number of two runs differs, over the scenes that both have.
public struct ScoreDifference: Equatable, Sendable {
    /// Which number.
    public let score: ComparedScore
    /// The number of run A; nil where it is not defined.
    public let a: Double?
    /// The number of run B, likewise.
    public let b: Double?
    /// Scenes that have something that the number is about.
    public let sceneCount: Int
    /// Where the difference lies in 95 of 100 resamples; nil where there are too few scenes.
    public let interval: ClosedRange<Double>?

    /// Makes a difference.
    public init(score: ComparedScore, a: Double?, b: Double?, sceneCount: Int, interval: ClosedRange<Double>?) {
        self.score = score
        self.a = a
        self.b = b
        self.sceneCount = sceneCount
        self.interval = interval
    }

    /// B - A; nil where one of them is not defined.
    public var difference: Double? { a.flatMap { a in b.map { $0 - a } } }

    /// What the scenes say.
    public enum Verdict: String, Equatable, Sendable {
        /// Zero lies in the interval, or the numbers are equal.
        case noDifference
        /// The interval lies on B's side.
        case better
        /// The interval lies on A's side.
        case worse
        /// There are too few scenes for an interval.
        case tooFewScenes
        /// One of the numbers is not defined.
        case undefined
    }

    /// Whether B is better, as far as the scenes can tell.
    public var verdict: Verdict {
        guard let difference else { return .undefined }
        guard let interval else { return .tooFewScenes }
        guard difference != 0, !interval.contains(0) else { return .noDifference }
        return (interval.lowerBound > 0) == score.unit.isGain ? .better : .worse
    }
}

/// Differences of two runs with intervals from a paired bootstrap over scenes.
///
/// Both runs are resampled with the same draws, so that scenes that are hard for both do not widen the interval. Each resample adds up the
/// counts of the scenes that were drawn and computes every number anew from the sums, means over the classes that both runs have in it. The interval holds the middle 95 of 100 of the
/// differences (percentiles, linear between neighbours).
public enum PairedBootstrap {
    /// Fewer scenes than this give no interval.
    public static let leastScenes = 5
    /// The share of resamples that lies in an interval.
    public static let share = 0.95

    /// Compares two runs on the same scenes, which stand in the same order in both.
    ///
    /// - Parameter draws: of as many scenes.
    /// - Precondition: both have the same numbers.
    public static func differences(
        _ a: any PooledScores,
        _ b: any PooledScores,
        draws: SceneDraws
    ) -> [ScoreDifference] {
        let sceneCount = a.occurrences.first?.count ?? 0
        let (wholeA, wholeB) = (a.whole(sceneCount: sceneCount), b.whole(sceneCount: sceneCount))
        let counts = a.names.indices.map { name in
            zip(a.occurrences[name], b.occurrences[name]).count { $0 || $1 }
        }
        let drawn = counts.contains { $0 >= leastScenes } ? resampled(a, b, draws) : []
        return a.names.indices.map { name in
            ScoreDifference(
                score: a.names[name],
                a: wholeA[name],
                b: wholeB[name],
                sceneCount: counts[name],
                interval: counts[name] >= leastScenes ? interval(drawn[name]) : nil
            )
        }
    }

    /// The differences of each number in each resample; blocks of resamples in parallel.
    private static func resampled(
        _ a: any PooledScores,
        _ b: any PooledScores,
        _ draws: SceneDraws
    ) -> [[Double]] {
        let blocks = Mutex([Int: [[Double]]]())
        DispatchQueue.concurrentPerform(iterations: draws.blocks.count) { block in
            let weights = draws.blocks[block]
            let differences = zip(
                a.scores(weights, sharedWithAny: b),
                b.scores(weights, sharedWithAny: a)
            ).map { zip($1, $0).map { $0 - $1 } }
            blocks.withLock { $0[block] = differences }
        }
        return blocks.withLock { blocks in
            a.names.indices.map { name in
                let all = draws.blocks.indices.flatMap { blocks[$0]?[name] ?? [] }
                return Array(all.prefix(draws.resampleCount))
            }
        }
    }

    /// The interval of differences, of which those that are not defined do not count; nil where fewer than half are.
    static func interval(_ differences: [Double]) -> ClosedRange<Double>? {
        let sorted = differences.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty, sorted.count * 2 >= differences.count else { return nil }
        func quantile(_ part: Double) -> Double {
            let place = part * Double(sorted.count - 1)
            let low = Int(place)
            let high = min(low + 1, sorted.count - 1)
            return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
        }
        let low = quantile((1 - share) / 2)
        return low...max(low, quantile((1 + share) / 2))
    }
}
