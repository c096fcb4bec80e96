internal import CPQ

extension PostgresConnection {
    /// Streams rows into a table with `COPY ... FROM STDIN`.
    ///
    /// An error thrown by `body` ends the COPY without storing a row. Malformed rows are reported when the COPY ends.
    ///
    /// - Parameters:
    ///   - sql: the COPY statement, for example `COPY t (a, b) FROM STDIN WITH (FORMAT binary)`.
    ///   - operation: what this does, in words for an error.
    ///   - body: calls `write` with successive pieces of the stream, cut anywhere.
    /// - Returns: the number of rows stored.
    @discardableResult
    public nonisolated(nonsending) func copyIn(
        _ sql: String,
        doing operation: String,
        _ body: (CopyWriter) async throws -> Void
    ) async throws -> Int {
        try await beginCopy(sql, operation: operation)
        do {
            try await body(CopyWriter(connection: self, operation: operation))
            try Task.checkCancellation()
        } catch {
            await abortCopy(operation: operation)
            throw error
        }
        return try await endCopy(operation: operation)
    }

    private func beginCopy(_ sql: String, operation: String) throws {
        try blocking(operation, timeoutSeconds: nil) { pointer in
            let result = PQexec(pointer, sql)
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_COPY_IN else {
                try check(result, operation: operation)
                throw PostgresError(.usage, operation: operation, message: "the statement is not a COPY FROM STDIN")
            }
        }
        isCopying = true
    }

    func writeCopy(_ bytes: [UInt8], operation: String) throws {
        try blocking(operation, timeoutSeconds: nil, duringCopy: true) { pointer in
            // Pieces, so that the length always fits libpq's int.
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + (1 << 20))
                let status = bytes[start..<end].withUnsafeBytes { piece in
                    PQputCopyData(pointer, piece.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(piece.count))
                }
                guard status == 1 else { throw failure(nil, operation: operation) }
                start = end
            }
        }
    }

    private func endCopy(operation: String) throws -> Int {
        defer { isCopying = false }
        return try blocking(operation, timeoutSeconds: nil, duringCopy: true) { pointer in
            guard PQputCopyEnd(pointer, nil) == 1 else { throw failure(nil, operation: operation) }
            return try drainCopy(pointer, operation: operation)
        }
    }

    /// Ends a COPY without storing anything; a connection that cannot do that is closed.
    private func abortCopy(operation: String) {
        do {
            try blocking(operation, timeoutSeconds: 10, duringCopy: true) { pointer in
                guard PQputCopyEnd(pointer, "given up by the client") == 1 else {
                    throw failure(nil, operation: operation)
                }
                _ = try drainCopy(pointer, operation: operation)
            }
        } catch let error as PostgresError where error.sqlState != nil {
            // The server confirms by refusing (57014): the connection is fine, the transaction is not.
        } catch {
            close()
        }
        isCopying = false
    }

    /// Reads results until there are none, as libpq demands, and returns the stored rows or throws the first error.
    private func drainCopy(_ pointer: OpaquePointer, operation: String) throws -> Int {
        var rows = 0
        var firstError: PostgresError?
        while let result = PQgetResult(pointer) {
            defer { PQclear(result) }
            if PQresultStatus(result) == PGRES_COMMAND_OK {
                rows = Int(String(cString: PQcmdTuples(result))) ?? 0
            } else if firstError == nil {
                firstError = failure(result, operation: operation)
            }
            // A broken connection would return errors for ever.
            if PQstatus(pointer) != CONNECTION_OK { break }
        }
        if let firstError { throw firstError }
        return rows
    }
}
