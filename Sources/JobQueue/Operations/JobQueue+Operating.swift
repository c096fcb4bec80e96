internal import PostgresClient

/// What a person does to a run. Every call throws `JobQueueError.unknownRun` for a name that is not there.
extension JobQueue {
    /// Cancels a run: queued and leased scenes are cancelled, done ones stay; workers learn it at their next heartbeat.
    ///
    /// Submitting the run again takes it up again. A run with nothing queued or leased is finished, and stays as it is.
    ///
    /// - Returns: the number of scenes that were cancelled; 0 where there was nothing to cancel.
    @discardableResult
    public func cancel(run: String) async throws -> Int {
        try await change(run, "cancelling run \"\(run)\"") { connection, runID, operation in
            let count: Int = try await connection.query(
                """
                WITH old AS (
                    SELECT id, lease, state, samples_done FROM \(s).scenes
                    WHERE run_id = $1 AND state IN ('queued', 'leased') ORDER BY id FOR UPDATE
                ), moved AS (
                    UPDATE \(s).scenes s SET state = 'cancelled', worker_id = NULL, claim_token = NULL
                    FROM old o WHERE s.id = o.id RETURNING s.id
                ), ended AS (
                    UPDATE \(s).attempts a SET ended_at = now(), outcome = 'cancelled', samples_done = o.samples_done
                    FROM old o WHERE o.state = 'leased' AND a.scene_id = o.id AND a.lease = o.lease
                )
                SELECT count(*) AS cancelled FROM moved
                """,
                [.int(runID)],
                doing: operation,
                timeoutSeconds: 3600
            ).single().get("cancelled")
            if count > 0 { try await setState(.cancelled, of: runID, connection, operation) }
            return count
        }
    }

    /// Pauses a run: nothing more is claimed; workers are asked to give leased scenes back at their next heartbeat.
    public func pause(run: String) async throws {
        try await change(run, "pausing run \"\(run)\"") { connection, runID, operation in
            try await setState(.paused, of: runID, connection, operation, unless: .cancelled)
        }
    }

    /// Lets a paused run go on.
    public func unpause(run: String) async throws {
        try await change(run, "unpausing run \"\(run)\"") { connection, runID, operation in
            try await setState(.active, of: runID, connection, operation, unless: .cancelled)
        }
    }

    /// Puts failed and quarantined scenes back into the queue with their errors and crashes forgiven.
    ///
    /// A cancelled run becomes active, its cancelled scenes stay cancelled.
    ///
    /// - Returns: the number of scenes that were put back.
    /// - Throws: `JobQueueError.unknownScene` for a name that the run does not have; then nothing was changed.
    @discardableResult
    public func retry(run: String, scenes: SceneSelection = .all) async throws -> Int {
        try await change(run, "retrying scenes of run \"\(run)\"") { connection, runID, operation in
            try await checkScenes(scenes, run, runID, connection, operation)
            return try await requeue(
                """
                UPDATE \(s).scenes s SET state = 'queued', errors = 0, crashes = 0, available_at = now()
                FROM \(s).scene_inputs i
                WHERE s.run_id = $1 AND (s.errors > 0 OR s.crashes > 0) AND s.state IN ('failed', 'quarantined')
                    AND i.id = s.id AND ($2::text[] IS NULL OR i.name = ANY ($2))
                """,
                scenes,
                runID,
                connection,
                operation
            )
        }
    }

    /// Puts done scenes back into the queue, their results deleted, because their files are damaged or missing.
    ///
    /// No file of an earlier lease will be adopted.
    ///
    /// - Returns: the number of scenes that were put back.
    /// - Throws: `JobQueueError.unknownScene` for a name that the run does not have; then nothing was changed.
    @discardableResult
    public func requeueDone(run: String, scenes: SceneSelection) async throws -> Int {
        try await change(run, "putting done scenes of run \"\(run)\" back") { connection, runID, operation in
            try await checkScenes(scenes, run, runID, connection, operation)
            return try await requeue(
                requeueDoneStatement(where: "$2::text[] IS NULL OR i.name = ANY ($2)"),
                scenes,
                runID,
                connection,
                operation
            )
        }
    }

    /// Puts done scenes back whose accepted result is still of the lease that was looked at; others have been done anew since.
    ///
    /// - Parameter leases: the accepted lease of each scene, by the scene's name; names that the run does not have are passed over.
    /// - Returns: the number of scenes that were put back.
    /// - Throws: `JobQueueError.unknownRun`, `PostgresError`.
    @discardableResult
    public func requeueDone(run: String, leases: [String: Int64]) async throws -> Int {
        try await change(run, "putting done scenes of run \"\(run)\" back") { connection, runID, operation in
            let scenes = leases.sorted { $0.key < $1.key }
            return try await connection.query(
                requeueDoneStatement(where: "(i.name, t.lease) IN (SELECT * FROM unnest($2::text[], $3::int8[]))"),
                [.int(runID), .texts(scenes.map(\.key)), .ints(scenes.map(\.value))],
                doing: operation,
                timeoutSeconds: 3600
            ).affectedRows
        }
    }

    /// $1 is the run's id; counts the results that it deletes.
    private func requeueDoneStatement(where condition: String) -> String {
        """
        WITH moved AS (
            UPDATE \(s).scenes s
            SET state = 'queued', errors = 0, crashes = 0, samples_done = 0, available_at = now()
            FROM \(s).results t JOIN \(s).scene_inputs i ON i.id = t.scene_id
            WHERE t.run_id = $1 AND s.id = t.scene_id AND s.state = 'done'
                AND (\(condition))
            RETURNING s.id
        ), spoilt AS (
            UPDATE \(s).attempts a SET is_adoptable = false FROM moved m WHERE a.scene_id = m.id
        )
        DELETE FROM \(s).results t USING moved m WHERE t.scene_id = m.id
        """
    }

    // MARK: - Steps

    /// Runs `body` in a transaction with the run's row locked, so that submissions and other commands wait.
    func change<R: Sendable>(
        _ run: String,
        _ operation: String,
        _ body: (_ connection: PostgresConnection, _ runID: Int64, _ operation: String) async throws -> R
    ) async throws -> R {
        try await attempt {
            try await pool.transaction(doing: operation, statementTimeoutSeconds: 3600) { connection in
                let row = try await connection.query(
                    "SELECT id FROM \(s).runs WHERE name = $1 FOR UPDATE",
                    [.text(run)],
                    doing: operation
                )
                guard let id = try row.first?.get("id", as: Int64.self) else { throw JobQueueError.unknownRun(run) }
                return try await body(connection, id, operation)
            }
        }
    }

    private func setState(
        _ state: RunState,
        of runID: Int64,
        _ connection: PostgresConnection,
        _ operation: String,
        unless exception: RunState? = nil
    ) async throws {
        try await connection.query(
            "UPDATE \(s).runs SET state = $2 WHERE id = $1 AND state IS DISTINCT FROM $3",
            [.int(runID), .text(state.rawValue), .optional(exception?.rawValue)],
            doing: operation
        )
    }

    private func checkScenes(
        _ scenes: SceneSelection,
        _ run: String,
        _ runID: Int64,
        _ connection: PostgresConnection,
        _ operation: String
    ) async throws {
        guard case .named(let names) = scenes else { return }
        let missing = try await connection.query(
            """
            SELECT n.name FROM unnest($2) AS n (name)
            WHERE NOT EXISTS (SELECT FROM \(s).scene_inputs i WHERE i.run_id = $1 AND i.name = n.name) LIMIT 1
            """,
            [.int(runID), .texts(names)],
            doing: operation
        )
        if let row = missing.first { throw JobQueueError.unknownScene(run: run, scene: try row.get("name")) }
    }

    /// $1 is the run's id, $2 the scenes' names or NULL.
    private func requeue(
        _ sql: String,
        _ scenes: SceneSelection,
        _ runID: Int64,
        _ connection: PostgresConnection,
        _ operation: String
    ) async throws -> Int {
        let names: PostgresValue = if case .named(let names) = scenes { .texts(names) } else { .null }
        let count = try await connection.query(
            sql,
            [.int(runID), names],
            doing: operation,
            timeoutSeconds: 3600
        ).affectedRows
        guard count > 0 else { return 0 }
        try await connection.query(
            "UPDATE \(s).runs SET state = 'active' WHERE id = $1 AND state = 'cancelled'",
            [.int(runID)],
            doing: operation
        )
        return count
    }
}
