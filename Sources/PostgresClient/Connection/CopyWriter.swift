/// Takes the pieces of one COPY stream.
public struct CopyWriter: Sendable {
    let connection: PostgresConnection
    let operation: String

    /// Sends the next piece; returns when libpq has taken it, so a slow server holds the writer back.
    public func write(_ bytes: [UInt8]) async throws {
        try await connection.writeCopy(bytes, operation: operation)
    }
}
