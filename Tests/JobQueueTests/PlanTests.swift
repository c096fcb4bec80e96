import Foundation
import PostgresClient
import Testing

@testable import JobQueue

/// The plans of every statement that runs often, on tables large enough for a wrong plan to hurt.
@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct PlanTests {
    @Test func nothingHotReadsAWholeTable() async throws {
        try await TestQueue.with { queue in
            let worker = try await queue.registerTestWorker()
            for name in ["finished", "paused", "big"] { _ = try await queue.submit(.test(name), scenes: []) }
            try await queue.pause(run: "paused")
            try await fill(queue, scenesInEach: 40_000)
            let id = PostgresValue.int(worker.rawValue)
            let claim: [PostgresValue] = [id, .int(7), .int(4), .texts(["predict"]), .ints([1]), .null]
            let statements: [(name: String, sql: String, parameters: [PostgresValue])] = [
                ("claim", queue.claimStatement, claim),
                ("claim of one run", queue.claimStatement, claim.dropLast() + [.text("big")]),
                ("take over", queue.takeOverStatement, [id, .int(7), .ints([1, 2])]),
                ("heartbeat", queue.heartbeatStatement, [id, .ints([1, 2]), .ints([1, 1])]),
                ("reap", queue.reapStatement, [.int(3)]),
                ("progress", queue.progressStatement, [.int(1), .int(1), .int(5)]),
                (
                    "complete", queue.completeStatement,
                    [
                        .int(1), .int(1), .text("f"), .int(1), .text("d"), .int(1), .int(1), .double(1), .double(1),
                        .null,
                    ]
                ),
                (
                    "fail", queue.failStatement,
                    [.int(1), .int(1), .text("m"), .bool(true), .double(1), .double(2), .double(3), .double(1)]
                ),
                ("release", queue.releaseStatement, [.int(1), .int(1), .int(0)]),
                ("status", queue.statusStatement("WHERE r.name = $2"), [.double(600), .text("big")]),
                ("failures", queue.failuresStatement, [.int(3), .int(100)]),
                ("results", queue.resultsStatement, [.int(1), .int(30_000), .int(100)]),
            ]
            for statement in statements {
                let plan = try await queue.pool.query(
                    "EXPLAIN " + statement.sql,
                    statement.parameters,
                    doing: "explaining \(statement.name)"
                ).rows.map { try $0.get("QUERY PLAN", as: String.self) }.joined(separator: "\n")
                for table in ["scenes", "scene_inputs", "results", "attempts"] {
                    #expect(!plan.contains("Seq Scan on \(table) "), "\(statement.name):\n\(plan)")
                }
                if statement.name.hasPrefix("claim") {
                    #expect(plan.contains("using scenes_claim on scenes"), "\(statement.name):\n\(plan)")
                    // Runs are walked in order and only as far as needed: nothing above the scenes sorts or hashes them.
                    let picked = plan.components(separatedBy: "CTE claimed")[0]
                    #expect(picked.contains("Nested Loop"), "\(plan)")
                }
            }
            // The claim does as planned: it takes from the only run that may be claimed, in order.
            let claimed = try await queue.claim(worker, limit: 3, filter: .test)
            #expect(
                claimed.map(\.sceneName) == ["scene-1", "scene-2", "scene-3"]
                    && claimed.allSatisfy { $0.runName == "big" }
            )
        }
    }

    /// 120,000 scenes: a finished run with results and history, a paused one, one to be worked on with some trouble in it.
    private func fill(_ queue: JobQueue, scenesInEach count: Int) async throws {
        let s = queue.s
        try await queue.pool.withConnection { connection in
            try await connection.execute(
                script: """
                    INSERT INTO \(s).scene_inputs (run_id, name, payload)
                        SELECT r.id, 'scene-' || n, '' FROM \(s).runs r, generate_series(1, \(count)) n ORDER BY r.id, n;
                    INSERT INTO \(s).scenes (id, run_id, lease, priority, sample_count, state, errors)
                        SELECT i.id, i.run_id, 1, 0, 40, CASE r.name WHEN 'finished' THEN 'done' ELSE 'queued' END,
                            CASE WHEN i.id % 1000 = 0 THEN 1 ELSE 0 END
                        FROM \(s).scene_inputs i JOIN \(s).runs r ON r.id = i.run_id;
                    INSERT INTO \(s).attempts (scene_id, lease, worker_id, host, outcome)
                        SELECT id, 1, 1, 'h', 'done' FROM \(s).scenes;
                    INSERT INTO \(s).results (scene_id, run_id, lease, file_name, byte_count, sample_count,
                        computed_sample_count, digest, inference_seconds, elapsed_seconds, host, completed_at)
                        SELECT id, run_id, 1, 'f', 1, 40, 40, 'd', 1, 1, 'h', now() - interval '1 day'
                        FROM \(s).scenes WHERE state = 'done';
                    ANALYZE \(s).scenes, \(s).scene_inputs, \(s).results, \(s).attempts, \(s).runs, \(s).workers;
                    """,
                doing: "filling tables"
            )
        }
    }
}
