internal import CommandSupport
internal import Synchronization
internal import SystemSupport

/// Progress lines no faster than people read them: ten a second on a terminal, one in ten seconds elsewhere.
final class ProgressPace: Sendable {
    private let nextAt = Mutex(0.0)

    /// Shows a line if it is due; may be called from several threads.
    func say(_ line: String, isLast: Bool) {
        let now = MonotonicClock.nowSeconds
        let isDue = nextAt.withLock { next in
            guard isLast || now >= next else { return false }
            next = now + (Terminal.isInteractive ? 0.1 : 10)
            return true
        }
        if isDue { Terminal.showProgress(line) }
    }
}
