/// Estimates a rate and a remaining time from a counter that is looked at now and then.
///
/// It keeps a bounded window of observations, so that the estimate follows workers that come and go.
struct RateEstimator: Sendable {
    private struct Observation {
        let time: Double
        let count: Int64
    }

    private var observations: [Observation] = []
    private let windowSeconds: Double
    private let observationLimit: Int

    init(windowSeconds: Double = 120, observationLimit: Int = 240) {
        self.windowSeconds = windowSeconds
        self.observationLimit = observationLimit
    }

    /// Notes the counter's value at a monotonic time in seconds.
    mutating func observe(_ count: Int64, at time: Double) {
        observations.append(Observation(time: time, count: count))
        while observations.count > observationLimit
            || observations.count > 2 && time - observations[1].time > windowSeconds
        {
            observations.removeFirst()
        }
    }

    /// Counts per second over the window; nil until something was counted.
    var rate: Double? {
        guard let first = observations.first, let last = observations.last else { return nil }
        guard last.time > first.time, last.count > first.count else { return nil }
        return Double(last.count - first.count) / (last.time - first.time)
    }

    /// Seconds until `total` at the present rate; nil while unknown.
    func remainingSeconds(total: Int64) -> Double? {
        guard let rate, let last = observations.last else { return nil }
        return max(0, Double(total - last.count) / rate)
    }
}
