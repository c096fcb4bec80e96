import PostgresClient

@testable import JobQueue

/// Tables large enough for a wrong plan to hurt.
enum LargeTables {
    /// 120,000 scenes: a finished run with results and history, a paused one, one to be worked on with some trouble in it.
    static func fill(_ queue: JobQueue, scenesInEach count: Int) async throws {
        try await queue.pool.withConnection { connection in
            try await fill(queue, connection, scenesInEach: count)
            try await connection.execute(
                script: """
                    ANALYZE \(queue.s).scenes, \(queue.s).scene_inputs, \(queue.s).results, \(queue.s).attempts,
                        \(queue.s).runs, \(queue.s).workers;
                    """,
                doing: "analyzing tables"
            )
        }
    }

    static nonisolated(nonsending) func fill(
        _ queue: JobQueue,
        _ connection: PostgresConnection,
        scenesInEach count: Int
    ) async throws {
        let s = queue.s
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
                """,
            doing: "filling tables"
        )
    }
}
