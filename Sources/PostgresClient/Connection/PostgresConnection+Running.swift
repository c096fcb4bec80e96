internal import CPQ

/// The blocking calls, on the connection's own queue.
extension PostgresConnection {
    /// Runs one statement with bound parameters.
    func run(
        _ sql: String,
        _ parameters: [PostgresValue],
        operation: String,
        timeoutSeconds: Double?
    ) throws -> PostgresResult {
        guard parameters.count <= 65_535 else {
            throw PostgresError(
                .usage,
                operation: operation,
                message: "\(parameters.count) parameters; PostgreSQL takes at most 65535"
            )
        }
        var buffer: [UInt8] = []
        var ranges: [Range<Int>?] = []
        for parameter in parameters {
            let start = buffer.count
            try parameter.encode(into: &buffer, operation: operation)
            ranges.append(parameter == .null ? nil : start..<buffer.count)
        }
        // An empty array has no address; a parameter of no bytes still needs one that is not NULL.
        buffer.append(0)
        let lengths = ranges.map { Int32(truncatingIfNeeded: $0?.count ?? 0) }
        guard buffer.count <= Int(Int32.max) else {
            throw PostgresError(.usage, operation: operation, message: "the parameters exceed 2 GiB")
        }
        return try blocking(operation, timeoutSeconds: timeoutSeconds) { pointer in
            let result = buffer.withUnsafeBytes { bytes in
                let base = bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
                let values: [UnsafePointer<CChar>?] = ranges.map { range in range.map { base + $0.lowerBound } }
                return PQexecParams(
                    pointer,
                    sql,
                    Int32(parameters.count),
                    parameters.map(\.typeOID),
                    values,
                    lengths,
                    parameters.map { $0.isBinary ? 1 : 0 },
                    1
                )
            }
            defer { PQclear(result) }
            try check(result, operation: operation)
            return Self.copy(result, operation: operation)
        }
    }

    /// Runs statements without parameters and returns the last one's command tag.
    @discardableResult
    func runScript(_ script: String, operation: String, timeoutSeconds: Double?) throws -> String {
        try blocking(operation, timeoutSeconds: timeoutSeconds) { pointer in
            let result = PQexec(pointer, script)
            defer { PQclear(result) }
            try check(result, operation: operation)
            return String(cString: PQcmdStatus(result))
        }
    }

    /// Calls `body`, which may block, under the interrupter's watch, and gives its errors their right kind.
    func blocking<R>(
        _ operation: String,
        timeoutSeconds: Double?,
        duringCopy: Bool = false,
        _ body: (OpaquePointer) throws -> R
    ) throws -> R {
        guard let pointer = handle?.pointer, let interrupter else {
            throw PostgresError(.connectionLost, operation: operation, message: "the connection was closed")
        }
        guard isCopying == duringCopy else {
            throw PostgresError(.usage, operation: operation, message: "a COPY is in progress on this connection")
        }
        interrupter.begin(timeoutSeconds: timeoutSeconds ?? configuration.statementTimeoutSeconds)
        let outcome = Result { try body(pointer) }
        let reason = interrupter.end()
        do {
            return try outcome.get()
        } catch let error as PostgresError {
            switch reason {
            case nil: throw error
            case .taskCancelled: throw CancellationError()
            case .timedOut:
                let limit = timeoutSeconds ?? configuration.statementTimeoutSeconds
                throw PostgresError(
                    .timedOut,
                    operation: operation,
                    message: "the statement was stopped after \(limit) s: \(error.message)"
                )
            }
        }
    }

    /// Throws what a result says, if it is an error.
    func check(_ result: OpaquePointer?, operation: String) throws(PostgresError) {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_COPY_IN, PGRES_EMPTY_QUERY: return
        case PGRES_COPY_OUT, PGRES_COPY_BOTH:
            close()
            throw PostgresError(.usage, operation: operation, message: "COPY TO is not supported")
        default: throw failure(result, operation: operation)
        }
    }

    /// Builds the error of a failed result.
    func failure(_ result: OpaquePointer?, operation: String) -> PostgresError {
        // Field codes as in `postgres_ext.h`, whose character macros Swift does not see.
        func field(_ code: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { configuration.redact(String(cString: $0)) }
        }
        if let sqlState = field("C") {
            let error = PostgresError(
                .server(sqlState: sqlState),
                operation: operation,
                message: field("M") ?? "no message",
                detail: field("D"),
                hint: field("H") ?? PostgresError.hint(forSQLState: sqlState),
                constraint: field("n")
            )
            if error.remedy == .reconnect { isOutdated = true }
            return error
        }
        let pointer = handle?.pointer
        let message = pointer.map { ConnectionHandle.firstLines(String(cString: PQerrorMessage($0))) } ?? ""
        return PostgresError(
            .connectionLost,
            operation: operation,
            message: message.isEmpty ? "libpq gave no reason" : configuration.redact(message)
        )
    }

    /// Copies rows out of libpq's memory.
    private static func copy(_ result: OpaquePointer?, operation: String) -> PostgresResult {
        let columnCount = PQnfields(result)
        let rowCount = PQntuples(result)
        let columns = (0..<columnCount).map {
            PostgresResult.Column(name: String(cString: PQfname(result, $0)), type: PQftype(result, $0))
        }
        var storage: [UInt8] = []
        var cells: [Range<Int>?] = []
        cells.reserveCapacity(Int(rowCount) * Int(columnCount))
        for row in 0..<rowCount {
            for column in 0..<columnCount {
                guard PQgetisnull(result, row, column) == 0, let value = PQgetvalue(result, row, column) else {
                    cells.append(nil)
                    continue
                }
                let start = storage.count
                let length = Int(PQgetlength(result, row, column))
                storage.append(contentsOf: UnsafeRawBufferPointer(start: value, count: length))
                cells.append(start..<storage.count)
            }
        }
        return PostgresResult(
            columns: columns,
            storage: storage,
            cells: cells,
            operation: operation,
            count: Int(rowCount),
            affectedRows: Int(String(cString: PQcmdTuples(result))) ?? 0
        )
    }
}
