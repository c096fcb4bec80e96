import Foundation
import PostgresClient
import TestSupport
import Testing

@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct QueryTests {
    @Test func valuesComeBackAsTheyWent() async throws {
        let pool = try await TestDatabase.pool.value
        let bytes: [UInt8] = Array(0...255)
        let row = try await pool.query(
            """
            SELECT $1 AS b, $2 AS i, $3 AS d, $4::text AS t, $5 AS y, $6 AS a, ($7)[2] AS t2, NULL::int8 AS n,
                $2::int4 AS i4, 7::int2 AS i2, $3::float4 AS f4, timestamptz '2024-05-06 07:08:09.25+00' AS at,
                $4::jsonb AS j, ''::bytea AS empty, ARRAY[]::int8[] AS none
            """,
            [
                .bool(true), .int(-5_000), .double(0.5), .text("{\"ä\": 1}"), .bytes(bytes), .ints([1, -2, .max]),
                .texts(["x", "ÿ,\"{}"]),
            ],
            doing: "testing"
        ).single()
        #expect(try row.get("b") == true)
        #expect(try row.get("i") == -5_000)
        #expect(try row.get("i4") == -5_000)
        #expect(try row.get("i2") == 7)
        #expect(try row.get("d") == 0.5)
        #expect(try row.get("f4") == 0.5)
        #expect(try row.get("t") == "{\"ä\": 1}")
        #expect(try row.get("j") == "{\"ä\": 1}")
        #expect(try row.get("y") == bytes)
        #expect(try row.get("empty") == [UInt8]())
        #expect(try row.integers("a") == [1, -2, .max])
        #expect(try row.integers("none") == [])
        #expect(try row.get("t2") == "ÿ,\"{}")
        #expect(try row.optional("n", as: Int64.self) == nil)
        #expect(try row.get("at", as: Date.self).timeIntervalSince1970 == 1_714_979_289.25)
    }

    @Test func wrongReadsAreErrorsThatNameTheColumn() async throws {
        let pool = try await TestDatabase.pool.value
        let row = try await pool.query("SELECT 1::int8 AS i, NULL::text AS n", doing: "testing").single()
        for read: () throws -> Void in [
            { _ = try row.get("i", as: String.self) }, { _ = try row.get("n", as: String.self) },
            { _ = try row.get("missing", as: Int.self) }, { _ = try row.integers("i") },
        ] {
            let error = #expect(throws: PostgresError.self) { try read() }
            #expect(error?.kind == .decoding)
        }
        let error = await #expect(throws: PostgresError.self) {
            try await pool.query("SELECT $1::text AS t", [.text("a\0b")], doing: "testing")
        }
        #expect(error?.kind == .usage)
    }

    @Test func serverErrorsCarryTheirCode() async throws {
        let pool = try await TestDatabase.pool.value
        let error = await #expect(throws: PostgresError.self) {
            try await pool.query("SELECT 1 / $1", [.int(0)], doing: "dividing")
        }
        #expect(error?.sqlState == "22012")
        #expect(error?.isTransient == false)
        #expect(error?.description.hasPrefix("dividing: PostgreSQL refused (SQLSTATE 22012)") == true)
    }

    @Test func aKilledBackendIsALostConnectionAndThePoolRecovers() async throws {
        let pool = ConnectionPool(configuration: try await TestDatabase.configuration(), maximumConnections: 1)
        let error = await #expect(throws: PostgresError.self) {
            try await pool.query("SELECT pg_terminate_backend(pg_backend_pid())", doing: "dying")
        }
        #expect(error?.isConnectionLoss == true)
        #expect(error?.isTransient == true)
        // Killed while idle: noticed before it is handed out.
        let pid: Int = try await pool.query("SELECT pg_backend_pid() AS pid", doing: "testing").single().get("pid")
        let other = try await TestDatabase.pool.value
        try await other.query("SELECT pg_terminate_backend($1::int4, 5000)", [.int(pid)], doing: "killing")
        let fresh: Int = try await pool.query("SELECT pg_backend_pid() AS pid", doing: "testing").single().get("pid")
        #expect(fresh != pid)
        await pool.close()
    }

    @Test func aStatementIsStoppedAtItsLimit() async throws {
        let pool = try await TestDatabase.pool.value
        let error = await #expect(throws: PostgresError.self) {
            try await pool.query("SELECT pg_sleep(60)", doing: "sleeping", timeoutSeconds: 0.2)
        }
        #expect(error?.kind == .timedOut)
        let inside = await #expect(throws: PostgresError.self) {
            try await pool.transaction(doing: "sleeping", statementTimeoutSeconds: 0.2) {
                try await $0.query("SELECT pg_sleep(60)", doing: "sleeping")
            }
        }
        #expect(inside?.sqlState == "57014")
        let left: String = try await pool.query("SHOW statement_timeout", doing: "testing").single()
            .get("statement_timeout")
        #expect(left == "0")
    }

    @Test func cancellingTheTaskCancelsTheStatement() async throws {
        let pool = try await TestDatabase.pool.value
        let mark = "occ_cancel_\(UInt64.random(in: 0...UInt64.max))"
        let task = Task { try await pool.query("SELECT pg_sleep(60) AS \(mark)", doing: "sleeping") }
        while try await pool.query(
            "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%' || $1",
            [.text(mark)],
            doing: "watching"
        ).count == 0 { try await Task.sleep(for: .milliseconds(20)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    /// Eight statements that each wait for all eight to run: on few cores this ends only if waiting holds no thread of Swift's.
    @Test func waitingStatementsHoldNoSwiftThread() async throws {
        let pool = ConnectionPool(configuration: try await TestDatabase.configuration(), maximumConnections: 8)
        let mark = Int64.random(in: 1..<1 << 40)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await pool.withConnection { connection in
                        try await connection.query("SELECT pg_advisory_lock_shared($1)", [.int(mark)], doing: "testing")
                        try await connection.execute(
                            script: """
                                DO $$ BEGIN
                                    WHILE (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
                                        AND (classid::int8 << 32) + objid::int8 = \(mark)) < 8
                                    LOOP PERFORM pg_sleep(0.01); END LOOP;
                                END $$
                                """,
                            doing: "waiting for the others",
                            timeoutSeconds: 30
                        )
                    }
                }
            }
            try await group.waitForAll()
        }
        await pool.close()
    }

    /// A server process that is stopped answers nothing, not even a cancel request: the wait ends all the same.
    @Test func aServerThatHangsIsGivenUp() async throws {
        var configuration = try await TestDatabase.configuration()
        configuration.cancelGraceSeconds = 0.3
        let connection = try await PostgresConnection.connect(configuration)
        let pid: Int = try await connection.query("SELECT pg_backend_pid() AS pid", doing: "testing").single().get(
            "pid"
        )
        guard kill(pid_t(pid), SIGSTOP) == 0 else {
            return print("not tested: the server's processes are not ours to stop")
        }
        defer { kill(pid_t(pid), SIGCONT) }
        let error = await #expect(throws: PostgresError.self) {
            try await connection.query("SELECT 1 AS one", doing: "asking", timeoutSeconds: 0.2)
        }
        #expect(error?.kind == .timedOut && error?.isTransient == true)
        await connection.close()
    }
}
