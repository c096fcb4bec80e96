/// Counts of durations by their size, as a value.
public struct DurationHistogram: Sendable, Hashable {
    /// The upper ends of the buckets, in seconds, growing; one without an end follows.
    public static let boundsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    /// How many fell into each bucket, the one without an end last.
    public private(set) var counts = [UInt64](repeating: 0, count: boundsSeconds.count + 1)
    /// The sum of all, in seconds.
    public private(set) var sumSeconds = 0.0

    /// Creates an empty one.
    public init() {}

    /// Takes a duration in seconds; a bucket's upper end belongs to it.
    ///
    /// What is no duration (below zero, not finite) is left out.
    public mutating func observe(_ seconds: Double) {
        guard seconds >= 0, seconds.isFinite else { return }
        counts[Self.boundsSeconds.firstIndex { seconds <= $0 } ?? Self.boundsSeconds.count] += 1
        sumSeconds += seconds
    }
}
