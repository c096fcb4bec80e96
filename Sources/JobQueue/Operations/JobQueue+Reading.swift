internal import PostgresClient

/// What machines watch.
extension JobQueue {
    /// Reads where things stand: one read-only transaction, one snapshot, not repeated over trouble.
    ///
    /// - Parameters:
    ///   - mostRuns: at most so many runs: those with something queued or leased first, then the newest.
    ///   - recentSeconds: a run of which nothing is queued or leased is given if it was made or completed a scene so recently.
    ///   - departureSeconds: workers that left count if they did so recently.
    ///   - timeoutSeconds: bound on each of the statements.
    public func reading(
        mostRuns: Int = 100,
        recentSeconds: Double = 86_400,
        departureSeconds: Double = 3600,
        timeoutSeconds: Double = 5
    ) async throws -> QueueReading {
        let operation = "reading what is watched"
        return try await pool.transaction(doing: operation, statementTimeoutSeconds: timeoutSeconds) { connection in
            try await connection.execute(
                script: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                doing: operation,
                timeoutSeconds: timeoutSeconds
            )
            let found = try await connection.query(
                statusStatement(Self.watchedRuns),
                [.double(Self.rateWindowSeconds), .double(recentSeconds), .int(mostRuns)],
                doing: operation,
                timeoutSeconds: timeoutSeconds
            )
            let runs = try found.rows.map { try status($0, Self.rateWindowSeconds) }
            let troubles = try await connection.query(
                troublesStatement,
                [.ints(runs.map(\.runID))],
                doing: operation,
                timeoutSeconds: timeoutSeconds
            )
            var trouble: [Int64: (errors: Int, crashes: Int)] = [:]
            for row in troubles.rows {
                trouble[try row.get("run_id")] = (try row.get("errors"), try row.get("crashes"))
            }
            let workers = try await connection.query(
                workersStatement,
                [.double(departureSeconds)]
                    + [DepartureReason.stopped, DepartureReason.done, DepartureReason.registeredAnew].map {
                        .text($0)
                    },
                doing: operation,
                timeoutSeconds: timeoutSeconds
            ).single()
            return QueueReading(
                runs: runs.map { run in
                    QueueReading.Run(
                        name: run.name,
                        state: run.state,
                        counts: run.counts,
                        errors: trouble[run.runID]?.errors ?? 0,
                        crashes: trouble[run.runID]?.crashes ?? 0,
                        secondsRemaining: run.secondsRemaining
                    )
                },
                workers: QueueReading.Workers(
                    live: try workers.get("live"),
                    stopped: try workers.get("stopped"),
                    done: try workers.get("done"),
                    troubled: try workers.get("troubled"),
                    vanished: try workers.get("vanished")
                )
            )
        }
    }

    private static let rateWindowSeconds = 600.0

    /// Of `statusStatement`: $2 seconds, $3 limit.
    private static let watchedRuns = """
        WHERE c.queued + c.leased > 0 OR r.created_at > now() - make_interval(secs => $2)
            OR c.last_completed_at > now() - make_interval(secs => $2)
        ORDER BY c.queued + c.leased > 0 DESC, r.id DESC LIMIT $3
        """

    /// $1 runs; along the index of scenes that had trouble.
    private var troublesStatement: String {
        """
        SELECT run_id, sum(errors)::int8 AS errors, sum(crashes)::int8 AS crashes FROM \(s).scenes
        WHERE run_id = ANY ($1) AND (errors > 0 OR crashes > 0) GROUP BY run_id
        """
    }

    /// $1 seconds, $2 to $4 the reasons: told to stop, nothing left to do, registered anew.
    ///
    /// Reasons are empty where an earlier version's worker gave none. Nobody may have looked for vanished workers yet.
    private var workersStatement: String {
        """
        SELECT count(*) FILTER (WHERE state = 'live') AS live,
            count(*) FILTER (WHERE state = 'retired' AND is_recent AND reason IN ($2, '')) AS stopped,
            count(*) FILTER (WHERE state = 'retired' AND is_recent AND reason = $3) AS done,
            count(*) FILTER (WHERE state = 'retired' AND is_recent AND reason NOT IN ($2, $3, $4, '')) AS troubled,
            count(*) FILTER (WHERE state = 'expired' AND is_recent) AS vanished
        FROM (
            SELECT w.reason, coalesce(w.left_at, w.last_seen_at) > now() - make_interval(secs => $1) AS is_recent,
                CASE WHEN w.state = 'live' AND w.last_seen_at < now() - make_interval(secs => w.expiry_seconds)
                    THEN 'expired' ELSE w.state END AS state
            FROM \(s).workers w
        ) AS seen
        """
    }
}
