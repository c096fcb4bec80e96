internal import Dispatch
internal import Glibc
internal import Synchronization

/// Notices SIGINT and SIGTERM, and lets the program end in order.
///
/// The first signal sets `isInterrupted` and calls the handler; a second one of the same kind ends the process at once, for people
/// who cannot wait.
public final class SignalWatcher: Sendable {
    private struct State {
        var isInterrupted = false
        var handler: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    /// Kept alive only; `DispatchSource` is thread-safe and never touched after `init`.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    /// Starts watching; make one for each process.
    public init() {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        // Writing to a pipe whose reader is gone is an error to handle, not a reason to die.
        signal(SIGPIPE, SIG_IGN)
        for source in sources {
            source.setEventHandler { [weak self] in self?.noteSignal() }
            source.resume()
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }

    /// Whether a signal came.
    public var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    /// Sets what is done at the first signal; done at once if it came already.
    public func onInterrupt(_ handler: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.handler = handler
            return state.isInterrupted
        }
        if isLate { handler() }
    }

    /// Throws if a signal came; called between the phases of a command.
    public func check() throws {
        if isInterrupted { throw CommandFailure(.interrupted, "interrupted; the same command goes on from here") }
    }

    private func noteSignal() {
        let handler = state.withLock { state -> (@Sendable () -> Void)? in
            if state.isInterrupted { _exit(ExitStatus.interrupted.rawValue) }
            state.isInterrupted = true
            return state.handler
        }
        handler?()
    }
}
