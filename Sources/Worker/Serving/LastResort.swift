internal import CommandSupport
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Sees to it that a signal ends the process in time, whatever holds it up: 10 s are promised.
final class LastResort: Sendable {
    private let stop = Mutex<(@Sendable () -> Void)?>(nil)

    /// What the signal handler calls.
    func signalled() {
        guard let stop = stop.withLock({ $0 }) else {
            // Nothing was begun, so nothing is to be given back.
            Terminal.say("told to stop")
            Terminal.flush(seconds: 0.3)
            _exit(ExitStatus.interrupted.rawValue)
        }
        Self.leave(afterSeconds: 9.8)
        stop()
    }

    /// From here on a signal stops in order; the process ends by itself soon, or is ended.
    func stopInOrder(_ stop: @escaping @Sendable () -> Void) {
        self.stop.withLock { $0 = stop }
    }

    /// Ends the process after a while, unless it ended by then.
    private static func leave(afterSeconds seconds: Double) {
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { _exit(ExitStatus.interrupted.rawValue) }
    }
}
