import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

/// What workers and people call most, against the planner's ignorance: how many rows it reads, counted.
@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct PlanStabilityTests {
    /// Plans made while the tables were empty, and tables that nobody has analyzed, make nothing read more than it needs.
    ///
    /// So it is for a worker that waited in an empty queue when a million scenes are submitted.
    @Test func plansMadeOnEmptyTablesStayGood() async throws {
        try await TestQueue.with { queue in
            let worker = try await queue.registerTestWorker()
            for name in ["finished", "paused", "big"] { _ = try await queue.submit(.test(name), scenes: []) }
            try await queue.pause(run: "paused")
            let claim: [PostgresValue] = [
                .int(worker.rawValue), .int(7), .int(4), .texts(["predict"]), .ints([1]), .null,
            ]
            func complete(_ scene: Int64, lease: Int64) -> [PostgresValue] {
                [
                    .int(scene), .int(lease), .text("f"), .int(1), .text("d"), .int(1), .int(1), .double(1), .double(1),
                    .null,
                ]
            }
            let results = try await queue.pool.withConnection { connection in
                for _ in 0..<8 {
                    _ = try await connection.query(queue.claimStatement, claim, doing: "claiming nothing")
                    _ = try await connection.query(queue.completeStatement, complete(1, lease: 1), doing: "completing")
                }
                try await LargeTables.fill(queue, connection, scenesInEach: 40_000)
                // The counts of a transaction are its own and exact.
                try await connection.execute(script: "BEGIN", doing: "counting rows")
                let first = try await connection.query(
                    "SELECT min(s.id) AS id FROM \(queue.s).scenes s JOIN \(queue.s).runs r ON r.id = s.run_id WHERE name = 'big'",
                    doing: "looking"
                ).single().get("id", as: Int64.self)
                let oneRun: [PostgresValue] = claim.dropLast() + [.text("big")]
                let results = [
                    try await measure("claim", queue, connection, queue.claimStatement, claim),
                    try await measure("claim of one run", queue, connection, queue.claimStatement, oneRun),
                    try await measure(
                        "complete",
                        queue,
                        connection,
                        queue.completeStatement,
                        complete(first, lease: 2)
                    ),
                    try await measure("again", queue, connection, queue.completeStatement, complete(first, lease: 2)),
                    try await measure(
                        "too late",
                        queue,
                        connection,
                        queue.completeStatement,
                        complete(first, lease: 1)
                    ),
                ]
                // However many scenes were done a moment ago, a status reads some of them only.
                try await connection.execute(
                    script: "UPDATE \(queue.s).results SET completed_at = now() - scene_id * interval '1 ms'",
                    doing: "counting rows"
                )
                let before = try await rowsRead(queue, connection)
                _ = try await connection.query(
                    queue.statusStatement("WHERE r.name = $2"),
                    [.double(600), .text("finished")],
                    doing: "status"
                )
                let statusRows = try await rowsRead(queue, connection) - before
                #expect((10_000...10_100).contains(statusRows), "the status read \(statusRows) rows")
                try await connection.execute(script: "ROLLBACK", doing: "counting rows")
                return results
            }
            for result in results {
                #expect(result.rowsRead <= 60, "\(result.name) read \(result.rowsRead) rows")
            }
            #expect(results.map(\.rowCount) == [4, 4, 1, 1, 1])
        }
    }

    private struct Measured {
        var name: String
        var rowCount: Int
        var rowsRead: Int
    }

    private nonisolated(nonsending) func measure(
        _ name: String,
        _ queue: JobQueue,
        _ connection: PostgresConnection,
        _ sql: String,
        _ parameters: [PostgresValue]
    ) async throws -> Measured {
        let before = try await rowsRead(queue, connection)
        let count = try await connection.query(sql, parameters, doing: name).count
        return Measured(name: name, rowCount: count, rowsRead: try await rowsRead(queue, connection) - before)
    }

    /// Rows of the queue's large tables that the transaction has read so far.
    private nonisolated(nonsending) func rowsRead(
        _ queue: JobQueue,
        _ connection: PostgresConnection
    ) async throws -> Int {
        try await connection.query(
            """
            SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::int8 AS rows
            FROM pg_stat_xact_user_tables
            WHERE schemaname = $1 AND relname IN ('scenes', 'scene_inputs', 'results', 'attempts')
            """,
            [.text(queue.schema)],
            doing: "counting rows"
        ).single().get("rows")
    }
}
