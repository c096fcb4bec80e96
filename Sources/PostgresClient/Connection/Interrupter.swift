internal import CPQ
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Stops a statement that another thread is blocked in: at its time limit, or when its task is cancelled.
///
/// First the server is asked to cancel it; if the blocked call has not come back after `graceSeconds`, the socket is
/// shut, which ends the call with a lost connection. So no statement can block for ever, even behind a peer that is
/// stopped but still acknowledges TCP.
///
/// `@unchecked Sendable`: `state` is guarded by its mutex, `cancelHandle` is immutable and `PQcancel` may be called from
/// any thread (libpq's manual, "Canceling Queries in Progress"), `timer` is only touched under the mutex.
final class Interrupter: @unchecked Sendable {
    enum Reason: Sendable {
        case timedOut
        case taskCancelled
    }

    private struct State {
        var generation: UInt64 = 0
        var isInFlight = false
        var reason: Reason?
        var wasUsed = false
    }

    private static let queue = DispatchQueue(label: "occ.postgres.interrupt", attributes: .concurrent)
    private let graceSeconds: Double

    private let state = Mutex(State())
    private let cancelHandle: OpaquePointer?
    private let socket: Int32
    private let timer: any DispatchSourceTimer

    /// - Parameter connection: an open `PGconn`; its socket must stay open for as long as statements are in flight.
    init(_ connection: OpaquePointer, graceSeconds: Double) {
        self.graceSeconds = graceSeconds
        cancelHandle = PQgetCancel(connection)
        socket = PQsocket(connection)
        timer = DispatchSource.makeTimerSource(queue: Self.queue)
        timer.setEventHandler { [weak self] in self?.interrupt(.timedOut) }
        timer.schedule(deadline: .distantFuture)
        timer.activate()
    }

    deinit {
        timer.cancel()
        PQfreeCancel(cancelHandle)
    }

    /// Whether a cancel request was ever sent: it may still hit the next statement, so the connection must not be reused.
    var wasUsed: Bool { state.withLock { $0.wasUsed } }

    /// Marks the start of a blocking call.
    func begin(timeoutSeconds: Double) {
        state.withLock { state in
            state.generation += 1
            state.isInFlight = true
            state.reason = nil
            timer.schedule(deadline: .now() + max(0.001, timeoutSeconds))
        }
    }

    /// Marks the end of the blocking call and says whether it was interrupted.
    func end() -> Reason? {
        state.withLock { state in
            state.isInFlight = false
            timer.schedule(deadline: .distantFuture)
            return state.reason
        }
    }

    /// Stops the call in flight, if there is one; never blocks.
    func interrupt(_ reason: Reason) {
        let generation: UInt64? = state.withLock { state in
            guard state.isInFlight, state.reason == nil else { return nil }
            state.reason = reason
            state.wasUsed = true
            return state.generation
        }
        guard let generation else { return }
        Self.queue.async {
            var message = [CChar](repeating: 0, count: 256)
            // Its outcome does not matter: the socket is shut if the statement goes on.
            _ = PQcancel(self.cancelHandle, &message, Int32(message.count))
        }
        Self.queue.asyncAfter(deadline: .now() + graceSeconds) {
            self.state.withLock { state in
                // Under the mutex a call in flight stays in flight, so the descriptor is still this connection's.
                guard state.isInFlight, state.generation == generation else { return }
                _ = shutdown(self.socket, Int32(SHUT_RDWR))
            }
        }
    }
}
