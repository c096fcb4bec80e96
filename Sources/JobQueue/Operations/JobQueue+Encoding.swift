internal import PostgresClient

extension JobQueue {
    /// Checks that the database can hold every text: paths and errors come in any language.
    ///
    /// - Throws: `JobQueueError.wrongEncoding`; `PostgresError`.
    public func checkEncoding() async throws {
        let row = try await query(
            "reading the database's encoding",
            """
            SELECT current_database()::text AS name, pg_encoding_to_char(encoding)::text AS encoding
            FROM pg_database WHERE datname = current_database()
            """
        ).single()
        let encoding: String = try row.get("encoding")
        guard encoding == "UTF8" else {
            throw JobQueueError.wrongEncoding(database: try row.get("name"), encoding: encoding)
        }
    }
}
