internal import CPQ
internal import Glibc

/// One connection to PostgreSQL, with its own thread of execution.
///
/// libpq's calls block; each connection runs them on its own dispatch queue, so waiting for the server never holds one of
/// Swift's cooperative threads. A connection is used by one caller at a time: take it from a `ConnectionPool`.
public actor PostgresConnection {
    private let executor = ConnectionExecutor()
    let configuration: PostgresConfiguration
    var handle: ConnectionHandle?
    var interrupter: Interrupter?
    /// Whether a COPY is being written, during which no other statement may run.
    var isCopying = false
    /// Whether the server said that it ends this connection or takes no writes: the next caller gets a new one.
    var isOutdated = false

    /// The executor over this connection's own dispatch queue.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init(_ configuration: PostgresConfiguration) {
        self.configuration = configuration
    }

    /// Connects.
    ///
    /// - Throws: `PostgresError` of kind `cannotConnect`.
    public static func connect(
        _ configuration: PostgresConfiguration,
        doing operation: String = "connecting to PostgreSQL"
    ) async throws -> PostgresConnection {
        let connection = PostgresConnection(configuration)
        try await connection.open(operation)
        return connection
    }

    private func open(_ operation: String) throws(PostgresError) {
        let handle = try ConnectionHandle(configuration, operation: operation)
        interrupter = Interrupter(handle.pointer, graceSeconds: configuration.cancelGraceSeconds)
        self.handle = consume handle
    }

    /// Runs one statement with bound parameters and returns its rows.
    ///
    /// Cancelling the task cancels the statement; then the error is `CancellationError` unless the statement had finished.
    ///
    /// - Parameters:
    ///   - sql: one statement, with `$1`, `$2` ... where parameters stand.
    ///   - parameters: at most 65,535.
    ///   - operation: what this does, in words for an error: `claiming scenes`.
    ///   - timeoutSeconds: bound on the statement; the configuration's where nil.
    @discardableResult
    public func query(
        _ sql: String,
        _ parameters: [PostgresValue] = [],
        doing operation: String,
        timeoutSeconds: Double? = nil
    ) async throws -> PostgresResult {
        try Task.checkCancellation()
        let interrupter = interrupter
        return try await withTaskCancellationHandler {
            try run(sql, parameters, operation: operation, timeoutSeconds: timeoutSeconds)
        } onCancel: {
            interrupter?.interrupt(.taskCancelled)
        }
    }

    /// Runs several statements without parameters, as one transaction unless they say otherwise; returns no rows.
    ///
    /// Not cancelled with the task.
    public func execute(
        script: String,
        doing operation: String,
        timeoutSeconds: Double? = nil
    ) async throws {
        try runScript(script, operation: operation, timeoutSeconds: timeoutSeconds)
    }

    /// Ends the connection; every later call fails.
    public func close() {
        handle = nil
        interrupter = nil
    }

    /// Whether the next caller may use this connection: open, not interrupted, in no transaction, nothing waiting to be read.
    var isReusable: Bool {
        guard let pointer = handle?.pointer, let interrupter, !isCopying, !isOutdated, !interrupter.wasUsed,
            PQstatus(pointer) == CONNECTION_OK, PQtransactionStatus(pointer) == PQTRANS_IDLE
        else { return false }
        // A server that went away leaves its last words or the end of the stream to be read; a healthy idle one, nothing.
        var poll = pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 0) == 0
    }

    // MARK: - Transactions

    /// Starts a transaction with a limit on each of its statements, in one round trip and without session state.
    func begin(_ operation: String, statementTimeoutSeconds: Double, isReadOnly: Bool = false) throws {
        let milliseconds = Int(min(max(statementTimeoutSeconds, 0.001), 2_000_000) * 1000)
        try runScript(
            "BEGIN\(isReadOnly ? " READ ONLY" : ""); SET LOCAL statement_timeout = \(milliseconds)",
            operation: operation,
            timeoutSeconds: nil
        )
    }

    /// Commits; a transaction that the server had given up is an error.
    func commit(_ operation: String) throws {
        let tag = try runScript("COMMIT", operation: operation, timeoutSeconds: nil)
        guard tag == "COMMIT" else {
            throw PostgresError(
                .server(sqlState: "25P02"),
                operation: operation,
                message: "the transaction had failed before it was committed (the server answered \(tag))"
            )
        }
    }

    /// Rolls back if the connection still stands; otherwise the server has rolled back, or will.
    func rollback() {
        guard let pointer = handle?.pointer, PQstatus(pointer) == CONNECTION_OK, !isCopying,
            interrupter?.wasUsed == false
        else { return close() }
        do {
            try runScript("ROLLBACK", operation: "rolling back", timeoutSeconds: 10)
        } catch {
            close()
        }
    }
}
