import Synchronization

/// Durations of one kind of call, from many tasks.
final class Latencies: Sendable {
    private let seconds = Mutex<[Double]>([])

    /// Runs and times a call.
    func time<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        let start = ContinuousClock.now
        let value = try await body()
        note((ContinuousClock.now - start) / .seconds(1))
        return value
    }

    func note(_ duration: Double) {
        seconds.withLock { $0.append(duration) }
    }

    var count: Int { seconds.withLock { $0.count } }

    /// The value that `part` (0...1) of the calls do not exceed, in milliseconds; nearest rank.
    func milliseconds(_ part: Double) -> Double {
        let sorted = seconds.withLock { $0.sorted() }
        guard !sorted.isEmpty else { return 0 }
        let rank = Int((part * Double(sorted.count)).rounded(.up)) - 1
        return sorted[min(max(rank, 0), sorted.count - 1)] * 1000
    }
}
