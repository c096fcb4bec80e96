internal import PostgresClient

/// What people look through, page by page; every call is bounded and goes along an index.
extension JobQueue {
    /// Statuses of runs, newest first.
    ///
    /// - Parameters:
    ///   - before: ids of these runs are below it; nil for the first page.
    ///   - limit: at most so many.
    public func runs(before: Int64? = nil, limit: Int) async throws -> [RunStatus] {
        let window = 600.0
        let result = try await query(
            "listing runs",
            statusStatement(
                "WHERE r.id IN (SELECT id FROM \(s).runs WHERE id < $2 ORDER BY id DESC LIMIT $3) ORDER BY r.id DESC"
            ),
            [.double(window), .int(before ?? .max), .int(limit)]
        )
        return try result.rows.map { try status($0, window) }
    }

    /// Scenes of a run in the order of their names.
    ///
    /// - Parameters:
    ///   - from: the first name that is wanted, or the first after it.
    ///   - limit: at most so many.
    public func looks(runID: Int64, from: String = "", limit: Int) async throws -> [SceneLook] {
        try await query(
            "listing scenes of run \(runID)",
            """
            SELECT \(lookColumns) FROM (
                SELECT id, name FROM \(s).scene_inputs WHERE run_id = $1 AND name >= $2 ORDER BY name LIMIT $3
            ) AS i JOIN \(s).scenes s ON s.id = i.id \(lookJoins) ORDER BY i.name
            """,
            [.int(runID), .text(from), .int(limit)]
        ).rows.map(Self.look)
    }

    /// A scene of a run; nil where it has none of that name.
    public func look(runID: Int64, scene: String) async throws -> SceneLook? {
        try await query(
            "looking at scene \"\(scene)\"",
            """
            SELECT \(lookColumns) FROM \(s).scene_inputs i JOIN \(s).scenes s ON s.id = i.id \(lookJoins)
            WHERE i.run_id = $1 AND i.name = $2
            """,
            [.int(runID), .text(scene)]
        ).first.map(Self.look)
    }

    /// Scenes of a run that are being worked on, those that have been for longest first.
    public func leasedLooks(runID: Int64, limit: Int) async throws -> [SceneLook] {
        try await query(
            "listing scenes of run \(runID) in work",
            """
            SELECT \(lookColumns) FROM \(s).scenes s JOIN \(s).scene_inputs i ON i.id = s.id \(lookJoins)
            WHERE s.state = 'leased' AND s.run_id = $1 ORDER BY a.started_at, s.id LIMIT $2
            """,
            [.int(runID), .int(limit)]
        ).rows.map(Self.look)
    }

    /// Leases of a scene, the newest first.
    public func attempts(sceneID: Int64, limit: Int) async throws -> [SceneAttempt] {
        try await query(
            "listing attempts at scene \(sceneID)",
            """
            SELECT lease, host, started_at, ended_at, outcome, coalesce(message, '') AS message, samples_done
            FROM \(s).attempts WHERE scene_id = $1 ORDER BY lease DESC LIMIT $2
            """,
            [.int(sceneID), .int(limit)]
        ).rows.map { row in
            SceneAttempt(
                lease: try row.get("lease"),
                host: try row.get("host"),
                startedAt: try row.get("started_at"),
                endedAt: try row.optional("ended_at"),
                outcome: try row.optional("outcome"),
                message: try row.get("message"),
                samplesDone: try row.get("samples_done")
            )
        }
    }

    /// The accepted result of a scene; nil where there is none.
    public func result(sceneID: Int64) async throws -> StoredResult? {
        try await query(
            "reading the result of scene \(sceneID)",
            "SELECT t.*, i.name FROM \(s).results t JOIN \(s).scene_inputs i ON i.id = t.scene_id WHERE t.scene_id = $1",
            [.int(sceneID)]
        ).first.map(Self.storedResult)
    }

    /// The scenes of a run that took longest a sample, the slowest first; out of the newest `recentScenesAtMost`.
    public func slowest(runID: Int64, limit: Int) async throws -> [SceneDuration] {
        try await query(
            "looking for slow scenes of run \(runID)",
            """
            SELECT i.name, t.host, t.seconds FROM (
                SELECT n.scene_id, n.host, n.inference_seconds / n.computed_sample_count AS seconds FROM (
                    SELECT scene_id, host, inference_seconds, computed_sample_count FROM \(s).results
                    WHERE run_id = $1 ORDER BY completed_at DESC LIMIT \(Self.recentScenesAtMost)
                ) AS n WHERE n.computed_sample_count > 0 ORDER BY seconds DESC LIMIT $2
            ) AS t JOIN \(s).scene_inputs i ON i.id = t.scene_id ORDER BY t.seconds DESC
            """,
            [.int(runID), .int(limit)]
        ).rows.map { row in
            SceneDuration(
                name: try row.get("name"),
                host: try row.get("host"),
                secondsPerSample: try row.get("seconds")
            )
        }
    }

    private var lookColumns: String {
        """
        s.id, i.name, s.state, s.lease, s.errors, s.crashes, s.sample_count, s.samples_done, a.host,
            extract(epoch FROM now() - a.started_at)::float8 AS worked
        """
    }

    private var lookJoins: String {
        "LEFT JOIN \(s).attempts a ON s.state = 'leased' AND a.scene_id = s.id AND a.lease = s.lease"
    }

    private static func look(_ row: PostgresRow) throws -> SceneLook {
        SceneLook(
            sceneID: try row.get("id"),
            name: try row.get("name"),
            state: try sceneState(row),
            lease: try row.get("lease"),
            errors: try row.get("errors"),
            crashes: try row.get("crashes"),
            samples: try row.get("sample_count"),
            samplesDone: try row.get("samples_done"),
            host: try row.optional("host"),
            workedSeconds: try row.optional("worked")
        )
    }
}
