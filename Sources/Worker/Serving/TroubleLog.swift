internal import Synchronization
internal import SystemSupport

/// Tells trouble that repeats itself at growing intervals, with what was left untold counted.
final class TroubleLog: Sendable {
    private let spells = Mutex<[String: RepeatedTrouble]>([:])

    /// Notes that something went wrong; gives what to add to the line, nil where nothing is to be said now.
    func note(_ what: String) -> String? {
        let now = MonotonicClock.nowSeconds
        return spells.withLock { $0[what, default: RepeatedTrouble(at: now)].note(now: now) }
    }

    /// Notes that it works again; gives how long it did not and how often it failed, nil where it did not fail.
    func end(_ what: String) -> String? {
        spells.withLock { $0.removeValue(forKey: what) }?.summary(now: MonotonicClock.nowSeconds)
    }
}

/// One trouble from its first time on, as a value: the first is told at once, the next after 10 s, then after twice as long each time,
/// at most ten minutes.
struct RepeatedTrouble: Hashable, Sendable {
    private static let shortestSeconds = 10.0
    private static let longestSeconds = 600.0

    private let since: Double
    private var count = 0
    private var untold = 0
    private var tellAt: Double
    private var pauseSeconds = Self.shortestSeconds

    init(at now: Double) {
        since = now
        tellAt = now
    }

    /// Notes another time; gives what to add to the line, which is empty at first, or nil where it is not told.
    mutating func note(now: Double) -> String? {
        count += 1
        guard now >= tellAt else {
            untold += 1
            return nil
        }
        tellAt = now + pauseSeconds
        pauseSeconds = min(pauseSeconds * 2, Self.longestSeconds)
        defer { untold = 0 }
        return count == 1 ? "" : "\(count) times in \(Int(now - since)) s, \(untold) of them not told"
    }

    func summary(now: Double) -> String {
        "after \(count) \(count == 1 ? "failure" : "failures") in \(Int(now - since)) s"
    }
}
