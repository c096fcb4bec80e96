public import Evaluation
internal import Scenes

/// All counts of one scene, as a worker stores them with its result and `run.json` repeats them; bytes in `docs/evaluation.md`,
/// "Stored metrics".
///
/// ```swift
/// result.metrics = metrics.encoded()
/// let metrics = try SceneMetrics(decoding: result.metrics)       // also what version 0.1 stored: confusions alone
/// let confusions = metrics[OccupancyMetric.self]
/// ```
public struct SceneMetrics: StoredCounts, Sendable {
    /// Counts by the part of their metric.
    private var counts: [UInt8: any MetricCounts] = [:]
    /// Samples that are not in the counts, and why.
    public var gaps: TruthGaps

    /// Makes metrics without counts.
    public init(gaps: TruthGaps = TruthGaps()) { self.gaps = gaps }

    /// The counts of a metric; nil where it counted nothing.
    public subscript<Metric: SceneMetric>(_ metric: Metric.Type) -> Metric.Counts? {
        get { counts[Metric.part] as? Metric.Counts }
        set { counts[Metric.part] = newValue }
    }

    /// The counts of a metric, whichever it is.
    subscript(part part: UInt8) -> (any MetricCounts)? {
        get { counts[part] }
        set { counts[part] = newValue }
    }

    /// Adds the counts and gaps of other samples of the same scene.
    ///
    /// - Throws: `EvaluationError` where both counted the same sample, as far as counts tell.
    mutating func merge(_ other: SceneMetrics) throws {
        for (part, added) in other.counts {
            if let own = counts[part] { counts[part] = try own.merged(with: added) } else { counts[part] = added }
        }
        gaps.add(other.gaps)
    }

    /// What an error calls these bytes.
    public static let storedName = "stored metrics"

    /// Whether each metric that counted here and there counted as many samples, and some metric did.
    func hasSamplesOf(_ other: SceneMetrics) -> Bool {
        let both = counts.filter { other.counts[$0.key] != nil }
        return !both.isEmpty && both.allSatisfy { other.counts[$0.key]?.scoredSamples == $0.value.scoredSamples }
    }
    /// Whether nothing was counted; gaps may be there all the same.
    public var isEmpty: Bool { counts.isEmpty }
    /// Whether there is something worth storing.
    public var isWorthStoring: Bool { !isEmpty || !gaps.isEmpty }

    private static let magic = Array("OCSM".utf8)
    private static let version: UInt8 = 1
    /// The part that holds the gaps; metrics have others.
    static let gapsPart: UInt8 = 4

    /// The metrics as bytes that say what they are.
    public func encoded() -> [UInt8] {
        var parts = counts.map { ($0.key, $0.value.encoded()) }
        if !gaps.isEmpty { parts.append((Self.gapsPart, gaps.encoded())) }
        var writer = ByteWriter(Self.magic + [Self.version, UInt8(parts.count)])
        for (kind, content) in parts.sorted(by: { $0.0 < $1.0 }) { writer.append(part: kind, content) }
        return writer.bytes
    }

    /// Reads what `encoded` wrote, or the bare confusions of version 0.1.
    ///
    /// Parts of kinds that this program does not know are stepped over.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(decoding bytes: [UInt8]) throws {
        self.init()
        guard bytes.starts(with: Self.magic) else {
            self[OccupancyMetric.self] = try MaskedConfusions(decoding: bytes)
            return
        }
        guard bytes.count >= 6, bytes[4] == Self.version else {
            throw Self.refusal("version \(bytes.dropFirst(4).first.map { "\($0)" } ?? "none"), this program reads 1")
        }
        let parts = try Self.reading(bytes[6...]) { reader in
            try (0..<bytes[5]).map { _ in try reader.part() }
        }
        var last: UInt8 = 0
        for (kind, content) in parts {
            guard kind > last else { throw Self.refusal("its parts are not in order") }
            last = kind
            if kind == Self.gapsPart {
                guard let read = TruthGaps(decoding: Array(content)) else {
                    throw Self.refusal("gaps that cannot be read")
                }
                gaps = read
            } else if let metric = Metrics.known.first(where: { type(of: $0).part == kind }) {
                counts[kind] = try metric.decoded(Array(content))
            }
        }
    }
}

extension MetricCounts {
    /// `merge` of counts of a kind that only the metric knows.
    fileprivate func merged(with other: any MetricCounts) throws -> any MetricCounts {
        var sum = self
        if let other = other as? Self { try sum.merge(other) }
        return sum
    }
}

extension SceneMetrics: Equatable {
    /// Whether both hold the same counts and gaps.
    public static func == (a: SceneMetrics, b: SceneMetrics) -> Bool { a.encoded() == b.encoded() }
}
