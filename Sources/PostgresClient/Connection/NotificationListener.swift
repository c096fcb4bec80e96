internal import CPQ
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Listens on a channel over a connection of its own, and connects again whenever that breaks.
///
/// Notifications are hints: they can be missed, so always poll too. They do not pass a transaction-mode PgBouncer.
public final class NotificationListener: Sendable {
    private let configuration: PostgresConfiguration
    private let channel: String
    private let backoff: Backoff
    private let random: @Sendable () -> Double
    private let isStopped = Atomic(false)
    private let queue = DispatchQueue(label: "occ.postgres.listener")

    private init(
        _ configuration: PostgresConfiguration,
        channel: String,
        backoff: Backoff,
        random: @escaping @Sendable () -> Double
    ) {
        self.configuration = configuration
        self.channel = channel
        self.backoff = backoff
        self.random = random
    }

    /// Starts to listen; ending the iteration (or its task) ends the connection within a second.
    ///
    /// - Parameters:
    ///   - channel: the channel's name, quoted as needed.
    ///   - backoff: delays between attempts to connect.
    /// - Returns: notifications, the newest 64 if the reader lags; each (re)connection is announced.
    public static func listen(
        _ configuration: PostgresConfiguration,
        channel: String,
        backoff: Backoff = Backoff(baseSeconds: 0.5, capSeconds: 30, jitter: 0.5),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) -> AsyncStream<PostgresNotification> {
        let listener = NotificationListener(configuration, channel: channel, backoff: backoff, random: random)
        let (stream, continuation) = AsyncStream.makeStream(
            of: PostgresNotification.self,
            bufferingPolicy: .bufferingNewest(64)
        )
        continuation.onTermination = { _ in listener.isStopped.store(true, ordering: .relaxed) }
        listener.attempt(1, continuation)
        return stream
    }

    /// Connects after the backoff's delay and reads until the connection breaks.
    private func attempt(_ number: Int, _ continuation: AsyncStream<PostgresNotification>.Continuation) {
        let delay = number == 1 ? 0 : backoff.delaySeconds(attempt: number - 1, random: random())
        queue.asyncAfter(deadline: .now() + delay) {
            guard !self.isStopped.load(ordering: .relaxed) else { return }
            let didConnect = self.readUntilBroken(continuation)
            self.attempt(didConnect ? 2 : min(number + 1, 1000), continuation)
        }
    }

    /// Returns whether LISTEN succeeded before the connection broke.
    private func readUntilBroken(_ continuation: AsyncStream<PostgresNotification>.Continuation) -> Bool {
        guard let handle = try? ConnectionHandle(configuration, operation: "listening for notifications") else {
            return false
        }
        let quoted = channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        let result = PQexec(handle.pointer, "LISTEN \"\(quoted)\"")
        let isListening = PQresultStatus(result) == PGRES_COMMAND_OK
        PQclear(result)
        guard isListening else { return false }
        continuation.yield(.connected)
        while !isStopped.load(ordering: .relaxed) {
            var poll = pollfd(fd: PQsocket(handle.pointer), events: Int16(POLLIN), revents: 0)
            let ready = Glibc.poll(&poll, 1, 1000)
            if ready == 0 || (ready < 0 && errno == EINTR) { continue }
            guard ready > 0, PQconsumeInput(handle.pointer) == 1 else { return true }
            while let notification = PQnotifies(handle.pointer) {
                continuation.yield(.received(payload: String(cString: notification.pointee.extra)))
                PQfreemem(notification)
            }
        }
        return true
    }
}
