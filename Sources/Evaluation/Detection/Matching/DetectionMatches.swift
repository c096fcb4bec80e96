public import Scenes

/// What became of the predictions of any number of samples: all that mAP and NDS need, and no box.
///
/// A worker makes the matches of a scene, stores them with its result, and whoever scores the run merges them, in any order:
///
/// ```swift
/// var matches = DetectionMatches()
/// for (index, sample) in samples.enumerated() {
///     try matches.accumulate(predictions: boxes[index], truth: truths[index], order: UInt64(index))
/// }
/// row.detections = matches.encoded()
///
/// var total = DetectionMatches()
/// for (place, row) in rows.enumerated() {
///     try total.merge(DetectionMatches(decoding: row.detections).placed(atScene: UInt32(place)))
/// }
/// ```
///
/// Of equal scores in different samples, nuscenes-devkit ranks the one in the later sample first, where samples stand in the order of the
/// results file (official splits) or of `sample.json` (custom splits). So each sample has a number, its order, that only
/// matters where scores are equal.
public struct DetectionMatches: Equatable, Sendable {
    /// One scored prediction.
    struct Record: Equatable, Sendable {
        var name: DetectionClass
        var score: Double
        var match: SampleMatcher.Match
    }

    /// The scored predictions of one sample, in the order in which they were given.
    struct Sample: Equatable, Sendable {
        var order: UInt64
        /// Scored annotated boxes by index of the class.
        var truthCounts: [UInt32]
        var records: [Record]
    }

    /// The samples in their order.
    private(set) var samples: [Sample] = []

    /// Makes matches without samples.
    public init() {}

    /// Makes matches from samples, which must be in strictly rising order.
    init(samples: [Sample]) { self.samples = samples }

    /// Samples that were added up.
    public var sampleCount: Int { samples.count }

    /// Predictions of a class that are within its range and in no bicycle rack.
    public func predictionCount(of name: DetectionClass) -> Int {
        samples.reduce(0) { $0 + $1.records.count { $0.name == name } }
    }

    /// Annotated boxes of a class that are scored.
    public func truthCount(of name: DetectionClass) -> Int {
        samples.reduce(0) { $0 + Int($1.truthCounts[name.index]) }
    }

    /// Filters and matches the predictions of one sample and adds them.
    ///
    /// - Parameters:
    ///   - predictions: the sample's boxes, 500 at most, in the order in which a results file would list them.
    ///   - truth: the sample's ground truth.
    ///   - order: the sample's place among all, or among those of its scene where `placed(atScene:)` follows.
    /// - Throws: `EvaluationError` naming the sample, and the matches stay as they were.
    public mutating func accumulate(
        predictions: [DetectionBox],
        truth: DetectionGroundTruth,
        order: UInt64
    ) throws {
        let token = truth.sampleToken
        let limit = DetectionSettings.maximumBoxesPerSample
        guard predictions.count <= limit else {
            throw EvaluationError(
                .invalidPrediction,
                source: token,
                "\(predictions.count) predicted boxes, \(limit) are allowed; keep those with the highest scores"
            )
        }
        if let stray = predictions.first(where: { $0.sampleToken != token }) {
            throw EvaluationError(
                .invalidPrediction,
                source: token,
                "a predicted box is of the sample '\(stray.sampleToken)'"
            )
        }
        // All of them, matched or not: otherwise it would hang on the other boxes whether a broken one is noticed.
        if let flat = predictions.first(where: { !$0.hasSize }) {
            throw EvaluationError(
                .invalidPrediction,
                source: token,
                "a predicted \(flat.name.rawValue) has the size \(flat.size.listed); sizes must be above 0"
            )
        }
        let filter = DetectionFilter(truth: truth)
        let scored = filter.scored(predictions)
        let truths = filter.scoredTruths
        let matches = try SampleMatcher.match(scored, truths, sample: token)
        var counts = [UInt32](repeating: 0, count: DetectionClass.allCases.count)
        for box in truths { counts[box.name.index] += 1 }
        let records = zip(scored, matches).map { Record(name: $0.name, score: $0.score, match: $1) }
        try merge(DetectionMatches(samples: [Sample(order: order, truthCounts: counts, records: records)]))
    }

    /// Adds the samples of others.
    ///
    /// - Throws: `EvaluationError` where both have a sample of one order, and the matches stay as they were.
    public mutating func merge(_ other: DetectionMatches) throws {
        guard let first = other.samples.first else { return }
        if let last = samples.last, last.order >= first.order {
            samples = try Self.merged(samples, other.samples)
        } else {
            samples += other.samples
        }
    }

    /// The same matches as those of one scene of many: each sample's order becomes scene * 2^32 + order.
    ///
    /// - Throws: `EvaluationError` where an order does not fit 32 bits.
    public func placed(atScene scene: UInt32) throws -> DetectionMatches {
        if let last = samples.last, last.order > UInt64(UInt32.max) {
            throw EvaluationError(
                .invalidEncoding,
                source: "detection matches",
                "the order \(last.order) of a sample does not fit 32 bits, so the scene cannot be placed among others"
            )
        }
        return DetectionMatches(
            samples: samples.map { sample in
                var placed = sample
                placed.order |= UInt64(scene) << 32
                return placed
            }
        )
    }

    private static func merged(_ a: [Sample], _ b: [Sample]) throws -> [Sample] {
        var result: [Sample] = []
        result.reserveCapacity(a.count + b.count)
        var i = 0
        var j = 0
        while i < a.count || j < b.count {
            if i < a.count, j < b.count, a[i].order == b[j].order {
                throw EvaluationError(
                    .invalidEncoding,
                    source: "detection matches",
                    "two samples have the order \(a[i].order): a scene was added twice, or scenes were not placed apart"
                )
            }
            if j == b.count || (i < a.count && a[i].order < b[j].order) {
                result.append(a[i])
                i += 1
            } else {
                result.append(b[j])
                j += 1
            }
        }
        return result
    }
}
