import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

/// A database must be able to hold every path and every error text.
@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct EncodingTests {
    @Test(arguments: ["LATIN1", "SQL_ASCII", "EUC_JP"])
    func anotherEncodingIsRefusedBeforeAnythingIsMade(encoding: String) async throws {
        let shared = try await TestQueue.sharedPool()
        let name = "encoding_\(UInt64.random(in: 0...UInt64.max))"
        try await shared.query(
            "CREATE DATABASE \(name) ENCODING '\(encoding)' LOCALE 'C' TEMPLATE template0",
            doing: "testing"
        )
        let pool = ConnectionPool(
            configuration: try PostgresConfiguration(
                connectionString: try await DisposablePostgresServer.connectionString() + " dbname=\(name)"
            )
        )
        let queue = try JobQueue(pool: pool)
        let expected = JobQueueError.wrongEncoding(database: name, encoding: encoding)
        await #expect(throws: expected) { try await queue.migrate() }
        await #expect(throws: expected) { try await queue.checkEncoding() }
        #expect(expected.description.contains("ENCODING 'UTF8'") && expected.description.contains(name))
        #expect(try await queue.schemaVersion() == 0)
        // What an older program made there can still be taken away.
        #expect(try await queue.migrate(to: 0) == 0)
        await pool.close()
        try await shared.query("DROP DATABASE \(name)", doing: "cleaning up")
    }

    @Test func utf8IsTaken() async throws {
        try await TestQueue.with { try await $0.checkEncoding() }
    }
}
