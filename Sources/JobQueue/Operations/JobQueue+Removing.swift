internal import PostgresClient

extension JobQueue {
    /// Seconds after which no worker works on a scene any more that was taken from it: it gives up its leases 25 s after its last answered beat
    /// and ends the sample in hand.
    public static let quietSeconds = 60.0

    /// Removes a run with everything that is known of it: scenes, attempts, results.
    ///
    /// Nothing changes where a scene is queued or leased, or an attempt ended less than `quietSeconds` ago, because its worker may not know of it
    /// yet. The run's row is locked meanwhile, so that submissions and other commands wait. A run that is not there any more counts as
    /// removed: a call whose answer was lost may be repeated.
    ///
    /// - Parameters:
    ///   - run: name of the run.
    ///   - identity: the run's identity; another run of this name stays.
    /// - Returns: whether it is gone.
    /// - Throws: `PostgresError`.
    public func remove(run: String, identity: String, quietSeconds: Double = JobQueue.quietSeconds) async throws -> Bool
    {
        do {
            return try await change(run, "removing run \"\(run)\"") { connection, runID, operation in
                func execute(_ sql: String) async throws {
                    try await connection.query(sql, [.int(runID)], doing: operation, timeoutSeconds: 3600)
                }
                let isBusy: Bool = try await connection.query(
                    """
                    SELECT EXISTS (SELECT FROM \(s).runs WHERE id = $1 AND identity <> $2)
                        OR EXISTS (SELECT FROM \(s).scenes WHERE run_id = $1 AND state IN ('queued', 'leased'))
                        OR EXISTS (
                            SELECT FROM \(s).scene_inputs i JOIN \(s).attempts a ON a.scene_id = i.id
                            WHERE i.run_id = $1 AND a.ended_at > now() - make_interval(secs => $3)
                        ) AS is_busy
                    """,
                    [.int(runID), .text(identity), .double(quietSeconds)],
                    doing: operation,
                    timeoutSeconds: 3600
                ).single().get("is_busy")
                if isBusy { return false }
                for table in ["results", "attempts"] {
                    try await execute(
                        "DELETE FROM \(s).\(table) t USING \(s).scene_inputs i WHERE i.run_id = $1 AND t.scene_id = i.id"
                    )
                }
                // Counters come after scenes, whose trigger writes to them.
                for table in ["scenes", "scene_inputs", "run_counters"] {
                    try await execute("DELETE FROM \(s).\(table) WHERE run_id = $1")
                }
                try await execute("DELETE FROM \(s).runs WHERE id = $1")
                return true
            }
        } catch JobQueueError.unknownRun { return true }
    }
}
