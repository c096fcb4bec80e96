internal import PostgresClient

extension JobQueue {
    /// Takes back the scenes of a worker process that is known to be dead, without waiting for its heartbeat to expire.
    ///
    /// For whoever started the process and saw it end. Counts as a crash, like an expiry, and the cause goes into each scene's
    /// history. Nothing happens for a process that is not registered, has retired, or held no scene.
    ///
    /// - Parameters:
    ///   - identity: what it registered as `WorkerDescription.identity`.
    ///   - cause: what is known of its end, in one line: "killed by signal 9 (SIGKILL)".
    ///   - lastWords: the end of its log, oldest line first.
    @discardableResult
    public func reportDeath(identity: String, cause: String, lastWords: [String] = []) async throws -> ReapReport {
        let lines = lastWords.map { "\n" + $0 }.joined()
        let result = try await storing { text in
            try await query(
                "taking back the scenes of worker process \(identity)",
                """
                WITH dead AS (
                    UPDATE \(s).workers SET state = 'expired', left_at = now(), reason = $2::text
                    WHERE identity = $1 AND identity <> '' AND state = 'live' RETURNING id, pid
                ), lost AS (
                    SELECT s.id, s.lease, s.samples_done, s.sample_count, s.crashes + 1 AS crashes, d.pid
                    FROM \(s).scenes s JOIN dead d ON d.id = s.worker_id
                    WHERE s.state = 'leased'
                    ORDER BY s.id
                    FOR UPDATE OF s
                ), moved AS (
                    UPDATE \(s).scenes s
                    SET state = CASE WHEN l.crashes >= $3 THEN 'quarantined' ELSE 'queued' END, crashes = l.crashes,
                        available_at = now(), worker_id = NULL, claim_token = NULL
                    FROM lost l WHERE s.id = l.id RETURNING s.state
                ), ended AS (
                    UPDATE \(s).attempts a
                    SET ended_at = now(), outcome = 'crash', samples_done = l.samples_done,
                        message = 'the worker (pid ' || l.pid || ') ' || $2::text || ', ' || l.samples_done || ' of '
                            || l.sample_count || ' samples reported' || $4::text
                    FROM lost l WHERE a.scene_id = l.id AND a.lease = l.lease
                )
                SELECT (SELECT count(*) FROM dead) AS dead, count(*) FILTER (WHERE state = 'queued') AS requeued,
                    count(*) FILTER (WHERE state = 'quarantined') AS quarantined
                FROM moved
                """,
                [text(identity, 1024), text(cause, 1024), .int(timing.maximumCrashes), text(lines, 4096)]
            ).single()
        }
        return ReapReport(
            didRun: true,
            expiredWorkers: try result.get("dead"),
            requeuedScenes: try result.get("requeued"),
            quarantinedScenes: try result.get("quarantined")
        )
    }
}
