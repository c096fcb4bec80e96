import Foundation
import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

/// The plans of every statement that runs often, on tables large enough for a wrong plan to hurt.
@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct PlanTests {
    @Test func nothingHotReadsAWholeTable() async throws {
        try await TestQueue.with { queue in
            let worker = try await queue.registerTestWorker()
            for name in ["finished", "paused", "big"] { _ = try await queue.submit(.test(name), scenes: []) }
            try await queue.pause(run: "paused")
            try await LargeTables.fill(queue, scenesInEach: 40_000)
            let id = PostgresValue.int(worker.rawValue)
            let statements: [(name: String, sql: String, parameters: [PostgresValue])] = [
                ("take over", queue.takeOverStatement, [id, .int(7), .ints([1, 2])]),
                (
                    "heartbeat", queue.heartbeatStatement,
                    [
                        id, .ints([1, 2]), .ints([1, 1]), .text(""), .int(1), .int(0), .int(0), .null, .ints([1]),
                        .ints([500]),
                    ]
                ),
                ("reap", queue.reapStatement, [.int(3)]),
                ("progress", queue.progressStatement, [.int(1), .int(1), .int(5)]),
                (
                    "fail", queue.failStatement,
                    [.int(1), .int(1), .text("m"), .bool(true), .double(1), .double(2), .double(3), .double(1)]
                ),
                ("release", queue.releaseStatement, [.int(1), .int(1), .int(0), .text("r")]),
                ("open", queue.openStatement(), [.null]),
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
            }
            // The claim does as planned: it takes from the only run that may be claimed, in order.
            let claimed = try await queue.claim(worker, limit: 3, filter: .test)
            #expect(
                claimed.map(\.sceneName) == ["scene-1", "scene-2", "scene-3"]
                    && claimed.allSatisfy { $0.runName == "big" }
            )
        }
    }

    @Test func smallSubmissionsReadNoWholeTable() async throws {
        try await TestQueue.with { queue in
            for name in ["finished", "paused", "big"] { _ = try await queue.submit(.test(name), scenes: []) }
            try await LargeTables.fill(queue, scenesInEach: 40_000)
            let plans = try await queue.pool.transaction(doing: "explaining") { connection in
                try await connection.execute(script: queue.createStaging, doing: "explaining")
                try await connection.execute(
                    script: """
                        INSERT INTO pg_temp.occ_staging SELECT n, 'scene-' || n, 0, 1, '' FROM generate_series(1, 20) n;
                        ANALYZE pg_temp.occ_staging;
                        """,
                    doing: "explaining"
                )
                var plans: [String] = []
                for sql in [
                    queue.insertInputsStatement, queue.requeueStagedStatement, queue.countStagedStatement,
                    queue.mergeStagedStatement,
                ] {
                    plans.append(
                        try await connection.query("EXPLAIN " + sql, [.int(3)], doing: "explaining").rows
                            .map { try $0.get("QUERY PLAN", as: String.self) }.joined(separator: "\n")
                    )
                }
                return plans
            }
            for plan in plans {
                for table in ["scenes", "scene_inputs", "results", "attempts"] {
                    #expect(!plan.contains("Seq Scan on \(table) "), "\(plan)")
                }
            }
        }
    }
}
