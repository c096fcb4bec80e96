/// How long to wait before trying again: exponential, capped, with jitter.
///
/// A pure value: the random number is passed in, so that a test (or SQL that computes the same formula) can be compared
/// exactly. The delay before attempt `n` (1 is the first retry) is
/// `min(cap, base * factor^(n - 1)) * (1 - jitter * random)`: jitter only ever shortens, so `capSeconds` is a true bound.
public struct Backoff: Sendable, Hashable {
    /// Delay before the first retry, in seconds.
    public var baseSeconds: Double
    /// What each further retry multiplies the delay by.
    public var factor: Double
    /// No delay is longer than this, in seconds.
    public var capSeconds: Double
    /// The part of the delay that chance may take away, in 0...1.
    public var jitter: Double

    /// Creates a backoff; values out of range are brought into it (a negative base waits 0 s, a factor below 1 is 1).
    public init(baseSeconds: Double, factor: Double = 2, capSeconds: Double, jitter: Double = 0.25) {
        self.baseSeconds = max(0, baseSeconds)
        self.factor = max(1, factor)
        self.capSeconds = max(0, capSeconds)
        self.jitter = min(max(jitter, 0), 1)
    }

    /// The delay in seconds before retry number `attempt` (1, 2, ...).
    ///
    /// - Parameter random: a number in 0..<1, uniformly drawn by the caller.
    public func delaySeconds(attempt: Int, random: Double) -> Double {
        var delay = baseSeconds
        // Bounded: past the cap, multiplying changes nothing.
        for _ in 1..<max(1, min(attempt, 1100)) {
            guard delay < capSeconds, factor > 1 else { break }
            delay *= factor
        }
        return min(capSeconds, delay) * (1 - jitter * min(max(random, 0), 1))
    }
}
