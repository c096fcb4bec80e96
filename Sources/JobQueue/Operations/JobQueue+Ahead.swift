internal import PostgresClient

/// What lies ahead of a worker that finds nothing to claim.
extension JobQueue {
    /// Whether anything is queued or leased that a filter lets through, claimable now or not: scenes of paused runs, scenes whose
    /// retry is not due, and scenes that other workers hold count too.
    public func hasOpenScenes(_ filter: ClaimFilter) async throws -> Bool {
        guard !filter.formatVersions.isEmpty else { return false }
        let kinds = filter.formatVersions.sorted { $0.key < $1.key }
        return try await hasOpenScenes(
            "JOIN unnest($2::text[], $3::int8[]) AS k (kind, version) ON r.kind = k.kind AND r.format_version <= k.version",
            [.optional(filter.run), .texts(kinds.map(\.key)), .ints(kinds.map { Int64($0.value) })]
        )
    }

    /// Whether anything at all is queued or leased.
    ///
    /// - Parameter run: of this run only, where given.
    public func hasOpenScenes(run: String?) async throws -> Bool {
        try await hasOpenScenes("", [.optional(run)])
    }

    private func hasOpenScenes(_ kinds: String, _ parameters: [PostgresValue]) async throws -> Bool {
        try await query("looking for scenes that are not finished", openStatement(kinds), parameters).single()
            .get("is_open")
    }

    /// $1 a run's name or NULL.
    ///
    /// Finished runs cost nothing: runs with queued scenes are found by one step of an index for each.
    ///
    /// - Parameter kinds: a join with the kinds that are wanted, in SQL.
    func openStatement(_ kinds: String = "") -> String {
        """
        WITH RECURSIVE waiting AS (
            (SELECT s.run_id FROM \(s).scenes s WHERE s.state = 'queued' ORDER BY s.run_id LIMIT 1)
            UNION ALL
            SELECT n.run_id FROM waiting w CROSS JOIN LATERAL (
                SELECT s.run_id FROM \(s).scenes s WHERE s.state = 'queued' AND s.run_id > w.run_id
                ORDER BY s.run_id LIMIT 1
            ) AS n
        ), open AS (
            SELECT run_id FROM waiting UNION SELECT s.run_id FROM \(s).scenes s WHERE s.state = 'leased'
        )
        SELECT EXISTS (
            SELECT FROM open o JOIN \(s).runs r ON r.id = o.run_id \(kinds) WHERE $1::text IS NULL OR r.name = $1
        ) AS is_open
        """
    }

    /// Why scenes of a run that are not finished were given back, the newest of each reason, most frequent first; at most `limit`.
    ///
    /// Stops and pauses are among them: whoever shows this decides what is worth showing.
    ///
    /// - Throws: `JobQueueError.unknownRun`.
    public func releases(run: String, limit: Int = 10) async throws -> [ReleaseRecord] {
        let rows = try await query(
            "listing why scenes of run \"\(run)\" were given back",
            """
            SELECT a.message, count(*) AS scenes, (array_agg(a.host ORDER BY a.ended_at DESC))[1] AS host,
                max(a.ended_at) AS ended_at
            FROM \(s).scenes s JOIN \(s).attempts a ON a.scene_id = s.id AND a.lease = s.lease
            WHERE s.run_id = $1 AND s.state = 'queued' AND s.lease > 0 AND a.outcome = 'released' AND a.message IS NOT NULL
            GROUP BY a.message ORDER BY count(*) DESC, max(a.ended_at) DESC LIMIT $2
            """,
            [.int(try await runID(run)), .int(limit)]
        ).rows
        return try rows.map { row in
            ReleaseRecord(
                reason: try row.get("message"),
                scenes: try row.get("scenes"),
                host: try row.get("host"),
                occurredAt: try row.get("ended_at")
            )
        }
    }
}
