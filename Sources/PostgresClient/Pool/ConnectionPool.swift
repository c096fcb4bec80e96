internal import Dispatch
internal import Synchronization

/// A bounded set of connections, opened when needed, shared by any number of tasks.
///
/// A connection that broke, was interrupted, or was left inside a transaction is closed instead of reused; one that the
/// server closed while it was idle is noticed before it is handed out.
public final class ConnectionPool: Sendable {
    private enum Grant: Sendable {
        case connection(PostgresConnection)
        case open
    }

    private struct State {
        var machine: PoolStateMachine<PostgresConnection>
        var continuations: [UInt64: CheckedContinuation<Grant, any Error>] = [:]
    }

    private static let timeouts = DispatchQueue(label: "occ.postgres.pool")

    /// Where the server is and how long to wait for it.
    public let configuration: PostgresConfiguration
    /// How many connections are open at most.
    public let maximumConnections: Int
    /// How long a caller waits for a connection when all are busy, in seconds.
    public let waitTimeoutSeconds: Double
    /// The role that statements run under, nil for the one that connected.
    public let role: String?
    /// Whether each statement runs in a transaction that changes nothing.
    public let isReadOnly: Bool
    private let state: Mutex<State>

    /// Creates a pool; nothing is connected yet.
    ///
    /// - Parameter role: a role that `query` and `transaction` act as, each in a transaction of its own (`SET LOCAL ROLE`), so that
    ///   the connection is left as it was; the role that connects must be allowed to.
    /// - Parameter isReadOnly: whether `query` and `transaction` run in read-only transactions, each of its own, whatever the role may do.
    public init(
        configuration: PostgresConfiguration,
        maximumConnections: Int = 4,
        waitTimeoutSeconds: Double = 30,
        role: String? = nil,
        isReadOnly: Bool = false
    ) {
        self.configuration = configuration
        self.maximumConnections = max(1, maximumConnections)
        self.waitTimeoutSeconds = waitTimeoutSeconds
        self.role = role
        self.isReadOnly = isReadOnly
        state = Mutex(State(machine: PoolStateMachine(maximumConnections: maximumConnections)))
    }

    /// Lends a connection for as long as `body` runs.
    ///
    /// - Throws: what `body` throws; `PostgresError` of kind `cannotConnect`, `poolTimeout` or `poolClosed`;
    ///   `CancellationError` where the task was cancelled while waiting.
    @discardableResult
    public nonisolated(nonsending) func withConnection<R>(
        doing operation: String = "using PostgreSQL",
        _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        let connection = try await acquire(operation)
        do {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// Runs one statement on a connection of the pool.
    @discardableResult
    public func query(
        _ sql: String,
        _ parameters: [PostgresValue] = [],
        doing operation: String,
        timeoutSeconds: Double? = nil
    ) async throws -> PostgresResult {
        if role != nil || isReadOnly {
            return try await transaction(doing: operation, statementTimeoutSeconds: timeoutSeconds) {
                try await $0.query(sql, parameters, doing: operation, timeoutSeconds: timeoutSeconds)
            }
        }
        return try await withConnection(doing: operation) {
            try await $0.query(sql, parameters, doing: operation, timeoutSeconds: timeoutSeconds)
        }
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// If the connection breaks during COMMIT the outcome is unknown (`isConnectionLoss`): make the work idempotent.
    ///
    /// - Parameter statementTimeoutSeconds: the server's limit on each statement within; the configuration's where nil.
    @discardableResult
    public nonisolated(nonsending) func transaction<R>(
        doing operation: String,
        statementTimeoutSeconds: Double? = nil,
        _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        try await withConnection(doing: operation) { connection in
            try await connection.begin(
                operation,
                statementTimeoutSeconds: statementTimeoutSeconds ?? configuration.statementTimeoutSeconds,
                isReadOnly: isReadOnly
            )
            let value: R
            do {
                if let role {
                    let name = role.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                    try await connection.execute(script: "SET LOCAL ROLE \"\(name)\"", doing: operation)
                }
                value = try await body(connection)
            } catch {
                await connection.rollback()
                throw error
            }
            try await connection.commit(operation)
            return value
        }
    }

    /// Closes idle connections now and lent ones when they come back; waiting and later callers get `poolClosed`.
    public func close() async {
        let (connections, continuations) = state.withLock { state in
            let (connections, waiters) = state.machine.close()
            return (connections, waiters.compactMap { state.continuations.removeValue(forKey: $0) })
        }
        for continuation in continuations {
            continuation.resume(throwing: Self.closedError("waiting for a connection"))
        }
        for connection in connections { await connection.close() }
    }

    // MARK: - Lending

    private nonisolated(nonsending) func acquire(_ operation: String) async throws -> PostgresConnection {
        try Task.checkCancellation()
        switch try await grant(operation) {
        case .connection(let connection):
            if await connection.isReusable { return connection }
            // The server closed it while it was idle; its place stays reserved for a fresh one.
            await connection.close()
            return try await open(operation)
        case .open:
            return try await open(operation)
        }
    }

    private nonisolated(nonsending) func open(_ operation: String) async throws -> PostgresConnection {
        do {
            return try await PostgresConnection.connect(configuration, doing: operation)
        } catch {
            perform(state.withLock { $0.machine.discard() })
            throw error
        }
    }

    private nonisolated(nonsending) func giveBack(_ connection: PostgresConnection) async {
        if await connection.isReusable {
            let action = state.withLock { $0.machine.release(connection) }
            if case .close = action { await connection.close() }
            perform(action)
        } else {
            await connection.close()
            perform(state.withLock { $0.machine.discard() })
        }
    }

    private func perform(_ action: PoolStateMachine<PostgresConnection>.ReleaseAction) {
        switch action {
        case .none, .close: break
        case .give(let connection, let waiter): resume(waiter, returning: .connection(connection))
        case .letOpen(let waiter): resume(waiter, returning: .open)
        }
    }

    private func resume(_ waiter: UInt64, returning grant: Grant) {
        state.withLock { $0.continuations.removeValue(forKey: waiter) }?.resume(returning: grant)
    }

    private func giveUp(_ waiter: UInt64, throwing error: any Error) {
        state.withLock { state in
            state.machine.abandon(waiter) ? state.continuations.removeValue(forKey: waiter) : nil
        }?.resume(throwing: error)
    }

    private nonisolated(nonsending) func grant(_ operation: String) async throws -> Grant {
        let number = Mutex<UInt64?>(nil)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // The waiter and its continuation are registered in one critical section, so that it cannot be served before.
                let immediate: Result<Grant, any Error>? = state.withLock { state in
                    switch state.machine.acquire() {
                    case .use(let connection): return .success(.connection(connection))
                    case .open: return .success(.open)
                    case .refuse: return .failure(Self.closedError(operation))
                    case .wait(let waiter):
                        state.continuations[waiter] = continuation
                        number.withLock { $0 = waiter }
                        return nil
                    }
                }
                if let immediate { return continuation.resume(with: immediate) }
                guard let waiter = number.withLock({ $0 }) else { return }
                // A cancellation that came before the number was known found nobody to wake.
                if Task.isCancelled { giveUp(waiter, throwing: CancellationError()) }
                let error = PostgresError(
                    .poolTimeout,
                    operation: operation,
                    message: "all \(maximumConnections) connections stayed busy for \(waitTimeoutSeconds) s",
                    hint: "allow more connections or fewer tasks"
                )
                Self.timeouts.asyncAfter(deadline: .now() + waitTimeoutSeconds) { [weak self] in
                    self?.giveUp(waiter, throwing: error)
                }
            }
        } onCancel: {
            if let waiter = number.withLock({ $0 }) { giveUp(waiter, throwing: CancellationError()) }
        }
    }

    private static func closedError(_ operation: String) -> PostgresError {
        PostgresError(.poolClosed, operation: operation, message: "the connection pool was closed")
    }
}
