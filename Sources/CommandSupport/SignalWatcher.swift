internal import Dispatch
internal import Glibc
internal import Synchronization
internal import SystemSupport

/// Notices SIGINT, SIGTERM and SIGHUP: `CommandEntry` leaves a command at once (`Interruption`), unless it takes over and ends in order.
///
/// The first signal sets `isInterrupted` and calls the handler; another SIGINT more than a second later ends the process at once,
/// for people who cannot wait. Other repetitions change nothing: a batch system signals a whole process group, and a scheduler
/// signals its workers on top of that. SIGHUP stays ignored where the program was started so (`nohup`).
public final class SignalWatcher: Sendable {
    private struct State {
        var interruptedAt: Double?
        var handler: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    /// Kept alive only; `DispatchSource` is thread-safe and never touched after `init`.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    /// The one of this process.
    static let ofProcess = SignalWatcher()

    /// The process's watcher, for a command that looks at `isInterrupted` and ends in order.
    public static func takeOver() -> SignalWatcher {
        ofProcess.state.withLock { $0.handler = nil }
        return ofProcess
    }

    private init() {
        var hangUp = sigaction()
        sigaction(SIGHUP, nil, &hangUp)
        let ignoresHangUp = unsafeBitCast(hangUp.__sigaction_handler.sa_handler, to: Int.self) == 1
        // A queue with a thread of its own: work on every core does not hold a signal up.
        let queue = DispatchQueue(label: "signals")
        sources = (ignoresHangUp ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP]).map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        // Writing to a pipe whose reader is gone is an error to handle, not a reason to die.
        signal(SIGPIPE, SIG_IGN)
        for source in sources {
            let number = Int32(source.handle)
            source.setEventHandler { [weak self] in self?.note(number) }
            source.resume()
        }
    }

    /// Whether a signal came.
    public var isInterrupted: Bool { state.withLock { $0.interruptedAt != nil } }

    /// Sets what is done at the first signal; done at once if it came already.
    public func onInterrupt(_ handler: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.handler = handler
            return state.interruptedAt != nil
        }
        if isLate { handler() }
    }

    /// Throws if a signal came; called between the phases of a command.
    public func check() throws {
        if isInterrupted { throw CommandFailure(.interrupted, "interrupted; the same command goes on from here") }
    }

    private func note(_ number: Int32) {
        let now = MonotonicClock.nowSeconds
        let handler = state.withLock { state -> (@Sendable () -> Void)? in
            if let first = state.interruptedAt {
                if number == SIGINT && now - first > 1 { _exit(ExitStatus.interrupted.rawValue) }
                return nil
            }
            state.interruptedAt = now
            return state.handler
        }
        handler?()
    }
}
