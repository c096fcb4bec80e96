import PostgresClient
import TestSupport
import Testing

@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct TransactionTests {
    private struct Refusal: Error {}

    private func withTable(_ body: (ConnectionPool, String) async throws -> Void) async throws {
        let pool = try await TestDatabase.pool.value
        let table = "t_\(UInt64.random(in: 0...UInt64.max))"
        try await pool.query("CREATE TABLE \(table) (i int8, y bytea)", doing: "testing")
        try await body(pool, table)
        try await pool.query("DROP TABLE \(table)", doing: "testing")
    }

    private func count(_ pool: ConnectionPool, _ table: String) async throws -> Int {
        try await pool.query("SELECT count(*) AS n FROM \(table)", doing: "counting").single().get("n")
    }

    @Test func commitsOrRollsBackAsAWhole() async throws {
        try await withTable { pool, table in
            try await pool.transaction(doing: "testing") {
                try await $0.query("INSERT INTO \(table) VALUES (1, NULL)", doing: "testing")
            }
            await #expect(throws: Refusal.self) {
                try await pool.transaction(doing: "testing") {
                    try await $0.query("INSERT INTO \(table) VALUES (2, NULL)", doing: "testing")
                    throw Refusal()
                }
            }
            // An error that the body swallows still fails the transaction.
            let error = await #expect(throws: PostgresError.self) {
                try await pool.transaction(doing: "testing") { connection in
                    try await connection.query("INSERT INTO \(table) VALUES (3, NULL)", doing: "testing")
                    _ = try? await connection.query("SELECT 1 / 0", doing: "testing")
                }
            }
            #expect(error?.sqlState == "25P02")
            #expect(try await count(pool, table) == 1)
        }
    }

    @Test func copiesManyRowsInPiecesCutAnywhere() async throws {
        try await withTable { pool, table in
            var encoder = BinaryCopyEncoder()
            for number in 0..<3000 {
                encoder.beginRow(fieldCount: 2)
                encoder.append(Int64(number))
                if number % 3 == 0 {
                    encoder.appendNull()
                } else {
                    encoder.append([UInt8](repeating: 7, count: number))
                }
            }
            encoder.finish()
            let stream = encoder.take()
            let stored = try await pool.withConnection { connection in
                try await connection.copyIn("COPY \(table) FROM STDIN WITH (FORMAT binary)", doing: "copying") {
                    writer in
                    for start in stride(from: 0, to: stream.count, by: 65_537) {
                        try await writer.write(Array(stream[start..<min(stream.count, start + 65_537)]))
                    }
                }
            }
            #expect(stored == 3000)
            let sum: Int = try await pool.query(
                "SELECT sum(length(y))::int8 AS n FROM \(table)",
                doing: "testing"
            ).single().get("n")
            #expect(sum == (0..<3000).filter { $0 % 3 != 0 }.reduce(0, +))
        }
    }

    @Test func aBrokenCopyStoresNothingAndLeavesTheConnectionUsable() async throws {
        try await withTable { pool, table in
            try await pool.withConnection { connection in
                let text = "COPY \(table) (i) FROM STDIN"
                let malformed = await #expect(throws: PostgresError.self) {
                    try await connection.copyIn(text, doing: "copying") { try await $0.write(Array("1\nx\n".utf8)) }
                }
                #expect(malformed?.sqlState == "22P02")
                await #expect(throws: Refusal.self) {
                    try await connection.copyIn(text, doing: "copying") { writer in
                        try await writer.write(Array("1\n".utf8))
                        throw Refusal()
                    }
                }
                let disturbed = await #expect(throws: PostgresError.self) {
                    try await connection.copyIn(text, doing: "copying") { _ in
                        try await connection.query("SELECT 1", doing: "disturbing")
                    }
                }
                #expect(disturbed?.kind == .usage)
                let wrong = await #expect(throws: PostgresError.self) {
                    try await connection.copyIn("SELECT 1", doing: "copying") { _ in }
                }
                #expect(wrong?.kind == .usage)
                let alive = try await connection.query("SELECT 1 AS one", doing: "testing")
                #expect(alive.count == 1)
            }
            #expect(try await count(pool, table) == 0)
        }
    }

    @Test func aBusyPoolLetsWaitOnlySoLong() async throws {
        let pool = ConnectionPool(
            configuration: try await TestDatabase.configuration(),
            maximumConnections: 1,
            waitTimeoutSeconds: 0.2
        )
        try await pool.withConnection { _ in
            let error = await #expect(throws: PostgresError.self) { try await pool.query("SELECT 1", doing: "waiting") }
            #expect(error?.kind == .poolTimeout)
            let task = Task { try await pool.query("SELECT 1", doing: "waiting") }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(try await pool.query("SELECT 1", doing: "testing").count == 1)
        await pool.close()
        let error = await #expect(throws: PostgresError.self) { try await pool.query("SELECT 1", doing: "late") }
        #expect(error?.kind == .poolClosed)
    }
}
