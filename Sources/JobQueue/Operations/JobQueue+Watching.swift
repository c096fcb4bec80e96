internal import Foundation
internal import PostgresClient

/// Reading where things stand; every call is one snapshot.
extension JobQueue {
    /// The status of one run, nil if there is none of that name.
    ///
    /// - Parameter recentWindowSeconds: the window over which the rate is taken.
    public func runStatus(_ name: String, recentWindowSeconds: Double = 600) async throws -> RunStatus? {
        let result = try await query(
            "reading the status of run \"\(name)\"",
            statusStatement("WHERE r.name = $2"),
            [.double(recentWindowSeconds), .text(name)]
        )
        return try result.first.map { try status($0, recentWindowSeconds) }
    }

    /// The status of every run, newest first; at most 10,000.
    public func listRuns(recentWindowSeconds: Double = 600) async throws -> [RunStatus] {
        let result = try await query(
            "listing runs",
            statusStatement("ORDER BY r.id DESC LIMIT 10000"),
            [.double(recentWindowSeconds)]
        )
        return try result.rows.map { try status($0, recentWindowSeconds) }
    }

    /// Every worker that is registered or was within `timing.workerHistorySeconds`, live ones first.
    ///
    /// One whose heartbeats stopped counts as expired, whether its scenes were taken back already or not.
    ///
    /// - Parameter limit: at most so many.
    public func workers(limit: Int = 20_000) async throws -> [WorkerStatus] {
        let result = try await query(
            "listing workers",
            """
            SELECT w.*, extract(epoch FROM now() - coalesce(w.left_at, w.last_seen_at))::float8 AS gone,
                w.state = 'live' AND w.last_seen_at < now() - make_interval(secs => w.expiry_seconds) AS is_overdue,
                greatest(0, extract(epoch FROM now() - w.last_seen_at))::float8 AS silent,
                (SELECT count(*) FROM \(s).scenes s WHERE s.worker_id = w.id AND s.state = 'leased') AS leased
            FROM \(s).workers w ORDER BY w.state = 'live' DESC, w.id DESC LIMIT $1
            """,
            [.int(limit)]
        )
        return try result.rows.map { row in
            // Nobody may have looked for vanished workers since: the last one leaves nobody who does.
            let isOverdue: Bool = try row.get("is_overdue")
            let state = isOverdue ? "expired" : try row.get("state", as: String.self)
            let silent: Double = try row.get("silent")
            let report = try Self.report(row)
            return WorkerStatus(
                id: WorkerID(rawValue: try row.get("id")),
                description: WorkerDescription(
                    host: try row.get("host"),
                    pid: try row.get("pid"),
                    slots: try row.get("slots"),
                    version: try row.get("version"),
                    identity: try row.get("identity"),
                    kernels: try row.get("kernels")
                ),
                state: WorkerStatus.State(rawValue: state) ?? .expired,
                registeredAt: try row.get("registered_at"),
                lastSeenAt: try row.get("last_seen_at"),
                silentSeconds: silent,
                leasedScenes: try row.get("leased"),
                report: report,
                samplesPerSecond: state == "live" ? report.samplesPerSecond.values.reduce(0, +) : 0,
                leftAt: try row.optional("left_at"),
                goneSeconds: state == "live" ? nil : max(0, try row.get("gone", as: Double.self)),
                reason: isOverdue ? "vanished: nothing was heard of it for \(Int(silent)) s" : try row.get("reason")
            )
        }
    }

    private static func report(_ row: PostgresRow) throws -> WorkerReport {
        let rates = zip(try row.integers("rate_runs"), try row.integers("rates"))
        return WorkerReport(
            note: try row.get("note"),
            samplesPerSecond: Dictionary(rates.map { ($0, Double($1) / 1000) }, uniquingKeysWith: +),
            samplesComputed: try row.get("samples_computed"),
            scenesFailed: try row.get("scenes_failed"),
            writesRefused: try row.get("writes_refused"),
            freeBytes: try row.optional("free_bytes")
        )
    }

    /// Whether nothing of a run is queued or leased, by its counters alone; true of a run that is not there.
    public func isFinished(runID: Int64) async throws -> Bool {
        try await query(
            "looking whether run \(runID) is finished",
            "SELECT coalesce(sum(queued + leased), 0) = 0 AS is_finished FROM \(s).run_counters WHERE run_id = $1",
            [.int(runID)]
        ).single().get("is_finished")
    }

    /// Scenes of a run that had errors or crashes and are not done, failed and quarantined ones first.
    ///
    /// - Throws: `JobQueueError.unknownRun`.
    public func failures(run: String, limit: Int = 1000) async throws -> [FailureRecord] {
        let result = try await query(
            "listing the failures of run \"\(run)\"",
            failuresStatement,
            [.int(try await runID(run)), .int(limit)]
        )
        return try result.rows.map { row in
            FailureRecord(
                sceneID: try row.get("id"),
                sceneName: try row.get("name"),
                state: try Self.sceneState(row),
                errors: try row.get("errors"),
                crashes: try row.get("crashes"),
                lastError: try row.get("message"),
                host: try row.get("host"),
                occurredAt: try row.get("ended_at")
            )
        }
    }

    /// Makes something of every accepted result of a run, in the order of scene ids; read page by page.
    ///
    /// - Throws: `JobQueueError.unknownRun`, and what `transform` throws.
    public func mapResults<Value>(run: String, _ transform: (StoredResult) throws -> Value) async throws -> [Value] {
        // A detection scene has some 60 KB.
        let pageSize = 250
        var values: [Value] = []
        var last: Int64 = 0
        while true {
            let page = try await results(run: run, afterSceneID: last, limit: pageSize)
            values += try page.map(transform)
            guard let end = page.last, page.count == pageSize else { return values }
            last = end.sceneID
        }
    }

    /// What predictions of the newest runs of a kind take, over the first scenes of each.
    ///
    /// - Parameters:
    ///   - mostRuns: at most so many runs.
    ///   - mostScenes: at most so many results of each.
    /// - Throws: `PostgresError`.
    public func storedSizes(kind: String, mostRuns: Int = 20, mostScenes: Int = 500) async throws -> [StoredSize] {
        let result = try await query(
            "reading what earlier predictions take",
            """
            SELECT t.samples, t.bytes FROM (
                SELECT id FROM \(s).runs WHERE kind = $1 ORDER BY id DESC LIMIT $2
            ) AS r CROSS JOIN LATERAL (
                SELECT sum(sample_count)::int8 AS samples, sum(byte_count)::int8 AS bytes FROM (
                    SELECT sample_count, byte_count FROM \(s).results WHERE run_id = r.id ORDER BY scene_id LIMIT $3
                ) AS first
            ) AS t WHERE t.samples > 0
            """,
            [.text(kind), .int(mostRuns), .int(mostScenes)]
        )
        return try result.rows.map {
            StoredSize(kind: kind, samples: try $0.get("samples"), byteCount: try $0.get("bytes"))
        }
    }

    /// A page of a run's accepted results, in the order of scene ids.
    ///
    /// - Parameters:
    ///   - afterSceneID: the last scene id of the page before; 0 for the first page.
    ///   - limit: at most so many; a page with fewer is the last.
    /// - Throws: `JobQueueError.unknownRun`.
    public func results(run: String, afterSceneID: Int64 = 0, limit: Int = 1000) async throws -> [StoredResult] {
        let result = try await query(
            "reading the results of run \"\(run)\"",
            resultsStatement,
            [.int(try await runID(run)), .int(afterSceneID), .int(limit)]
        )
        return try result.rows.map(Self.storedResult)
    }

    // MARK: - Rows

    /// So many of the window's newest scenes tell the rate: a status reads no more, however fast the run is.
    static let recentScenesAtMost = 10_000

    /// $1 is the window in seconds.
    func statusStatement(_ rest: String) -> String {
        """
        SELECT r.id, r.name, r.kind, r.format_version, r.settings, r.priority, r.maximum_errors, r.state, r.created_at,
            r.identity, r.is_rebuilding, now() AS now, c.*, t.recent_scenes, t.recent_samples, t.recent_started_at,
            l.rate AS reported_rate
        FROM \(s).runs r
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(queued), 0)::int8 AS queued, coalesce(sum(leased), 0)::int8 AS leased,
                coalesce(sum(done), 0)::int8 AS done, coalesce(sum(failed), 0)::int8 AS failed,
                coalesce(sum(quarantined), 0)::int8 AS quarantined, coalesce(sum(cancelled), 0)::int8 AS cancelled,
                coalesce(sum(samples_total), 0)::int8 AS samples_total,
                coalesce(sum(samples_done), 0)::int8 AS samples_done,
                min(first_started_at) AS first_started_at, max(last_completed_at) AS last_completed_at
            FROM \(s).run_counters WHERE run_id = r.id
        ) AS c
        CROSS JOIN LATERAL \(s).recent_results(r.id, $1, \(Self.recentScenesAtMost)) AS t
        LEFT JOIN (
            SELECT u.run_id, (sum(u.rate) / 1000.0)::float8 AS rate
            FROM \(s).workers w CROSS JOIN LATERAL unnest(w.rate_runs, w.rates) AS u (run_id, rate)
            WHERE w.state = 'live' AND w.last_seen_at > now() - make_interval(secs => w.expiry_seconds)
            GROUP BY u.run_id
        ) AS l ON l.run_id = r.id
        \(rest)
        """
    }

    /// $1 run, $2 limit.
    var failuresStatement: String {
        """
        SELECT s.id, i.name, s.state, s.errors, s.crashes, coalesce(a.message, '') AS message,
            coalesce(a.host, '') AS host, coalesce(a.ended_at, now()) AS ended_at
        FROM \(s).scenes s JOIN \(s).scene_inputs i ON i.id = s.id
        LEFT JOIN LATERAL (
            SELECT message, host, ended_at FROM \(s).attempts
            WHERE scene_id = s.id AND outcome IN ('error', 'crash') ORDER BY lease DESC LIMIT 1
        ) AS a ON true
        WHERE s.run_id = $1 AND (s.errors > 0 OR s.crashes > 0) AND s.state <> 'done'
        ORDER BY s.state IN ('failed', 'quarantined') DESC, s.id LIMIT $2
        """
    }

    /// $1 run, $2 the last scene of the page before, $3 limit.
    var resultsStatement: String {
        """
        SELECT t.*, i.name FROM \(s).results t JOIN \(s).scene_inputs i ON i.id = t.scene_id
        WHERE t.run_id = $1 AND t.scene_id > $2 ORDER BY t.scene_id LIMIT $3
        """
    }

    func status(_ row: PostgresRow, _ window: Double) throws -> RunStatus {
        let state: String = try row.get("state")
        return RunStatus(
            runID: try row.get("id"),
            name: try row.get("name"),
            kind: try row.get("kind"),
            formatVersion: try row.get("format_version"),
            settings: try row.get("settings"),
            priority: try row.get("priority"),
            maximumAttempts: try row.get("maximum_errors"),
            state: RunState(rawValue: state) ?? .paused,
            counts: SceneCounts(
                queued: try row.get("queued"),
                leased: try row.get("leased"),
                done: try row.get("done"),
                failed: try row.get("failed"),
                quarantined: try row.get("quarantined"),
                cancelled: try row.get("cancelled"),
                samplesTotal: try row.get("samples_total"),
                samplesDone: try row.get("samples_done")
            ),
            createdAt: try row.get("created_at"),
            firstStartedAt: try row.optional("first_started_at"),
            lastCompletedAt: try row.optional("last_completed_at"),
            now: try row.get("now"),
            recentWindowSeconds: window,
            recentScenes: try row.get("recent_scenes"),
            recentSamples: try row.get("recent_samples"),
            recentStartedAt: try row.optional("recent_started_at"),
            identity: try row.get("identity"),
            isRebuilding: try row.get("is_rebuilding"),
            reportedSamplesPerSecond: try row.optional("reported_rate")
        )
    }

    static func storedResult(_ row: PostgresRow) throws -> StoredResult {
        StoredResult(
            sceneID: try row.get("scene_id"),
            sceneName: try row.get("name"),
            lease: try row.get("lease"),
            result: SceneResult(
                fileName: try row.get("file_name"),
                byteCount: try row.get("byte_count"),
                sampleCount: try row.get("sample_count"),
                digest: try row.get("digest"),
                metrics: try row.optional("metrics"),
                inferenceSeconds: try row.get("inference_seconds"),
                elapsedSeconds: try row.get("elapsed_seconds"),
                computedSampleCount: try row.get("computed_sample_count")
            ),
            host: try row.get("host"),
            completedAt: try row.get("completed_at")
        )
    }

    static func sceneState(_ row: PostgresRow) throws -> SceneState {
        let text: String = try row.get("state")
        guard let state = SceneState(rawValue: text) else {
            throw PostgresError(.decoding, operation: "reading a scene's state", message: "unknown state \"\(text)\"")
        }
        return state
    }

    /// The id of a run.
    func runID(_ name: String) async throws -> Int64 {
        let result = try await query(
            "looking for run \"\(name)\"",
            "SELECT id FROM \(s).runs WHERE name = $1",
            [.text(name)]
        )
        guard let row = result.first else { throw JobQueueError.unknownRun(name) }
        return try row.get("id")
    }
}
