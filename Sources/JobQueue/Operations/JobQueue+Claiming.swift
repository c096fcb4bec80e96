internal import PostgresClient

extension JobQueue {
    /// Claims up to `limit` scenes for a worker: runs by priority, then scenes by priority, then as submitted.
    ///
    /// Claim no more than there are idle slots. Never a scene of a paused or cancelled run, of a kind or format version the
    /// worker does not understand, or one whose retry is not due. Empty if there is none now.
    ///
    /// - Throws: `JobQueueError.workerExpired` if the registration does not stand any more.
    public func claim(_ worker: WorkerID, limit: Int, filter: ClaimFilter) async throws -> [ClaimedScene] {
        guard limit > 0, !filter.formatVersions.isEmpty else { return [] }
        let operation = "claiming scenes for worker \(worker)"
        let kinds = filter.formatVersions.sorted { $0.key < $1.key }
        return try await attempt {
            let unresolved = unresolvedClaims.tokens(of: worker)
            // Only ever compared for equality among the few claims of one worker.
            let token = Int64.random(in: .min ... .max)
            do {
                if !unresolved.isEmpty {
                    let found = try await pool.query(
                        takeOverStatement,
                        [.int(worker.rawValue), .int(token), .ints(unresolved)],
                        doing: operation
                    )
                    let scenes = try found.rows.map(claimedScene)
                    for excess in scenes.dropFirst(limit) {
                        _ = try await release(
                            excess.sceneLease,
                            samplesDone: 0,
                            reason: "the answer to its claim was lost"
                        )
                    }
                    if !scenes.isEmpty { return Array(scenes.prefix(limit)) }
                }
                let result = try await pool.query(
                    claimStatement,
                    [
                        .int(worker.rawValue), .int(token), .int(min(limit, 1000)), .texts(kinds.map(\.key)),
                        .ints(kinds.map { Int64($0.value) }), .optional(filter.run),
                    ],
                    doing: operation
                )
                guard try result.first?.get("is_live") == true else { throw JobQueueError.workerExpired(worker) }
                return try result.rows.filter { try $0.optional("scene_id", as: Int64.self) != nil }.map(claimedScene)
            } catch {
                unresolvedClaims.remember(token, of: worker)
                throw error
            }
        }
    }

    /// $1 worker, $2 token, $3 limit, $4 kinds, $5 their newest format versions, $6 a run's name or NULL.
    ///
    /// Walks the runs in order and takes what it needs from each run's part of the `scenes_claim` index.
    var claimStatement: String {
        """
        SELECT c.*, \(ownerColumns) FROM \(s).claim_scenes($1, $2, $3, $4, $5, $6) c
        """
    }

    /// The identities of a claimed scene's queue and run, as subqueries that leave the order of claims alone.
    private var ownerColumns: String {
        """
        (SELECT v.identity FROM \(s).schema_version v) AS queue_identity,
            (SELECT o.identity FROM \(s).runs o WHERE o.id = c.run_id) AS run_identity
        """
    }

    /// $1 worker, $2 new token, $3 tokens of claims whose answers were lost.
    var takeOverStatement: String {
        """
        WITH claimed AS (
            UPDATE \(s).scenes s SET claim_token = $2
            WHERE worker_id = $1 AND state = 'leased' AND claim_token = ANY ($3)
            RETURNING s.id, s.run_id, s.lease, s.priority, s.sample_count, s.errors, s.crashes
        )
        SELECT c.id AS scene_id, c.run_id, c.lease, c.sample_count, c.errors + c.crashes + 1 AS attempt,
            r.name AS run_name, r.settings, r.kind, r.format_version, i.name AS scene_name, i.payload,
            ARRAY(
                SELECT a.lease FROM \(s).attempts a WHERE a.scene_id = c.id AND a.lease < c.lease AND a.is_adoptable
                ORDER BY a.lease DESC LIMIT 32
            ) AS earlier_leases, \(ownerColumns)
        FROM claimed c JOIN \(s).runs r ON r.id = c.run_id JOIN \(s).scene_inputs i ON i.id = c.id
        ORDER BY r.priority DESC, r.id, c.priority DESC, c.id
        """
    }

    private func claimedScene(_ row: PostgresRow) throws -> ClaimedScene {
        ClaimedScene(
            sceneID: try row.get("scene_id"),
            lease: try row.get("lease"),
            runID: try row.get("run_id"),
            runName: try row.get("run_name"),
            runSettings: try row.get("settings"),
            kind: try row.get("kind"),
            formatVersion: try row.get("format_version"),
            sceneName: try row.get("scene_name"),
            sampleCount: try row.get("sample_count"),
            payload: try row.get("payload"),
            attempt: try row.get("attempt"),
            earlierLeases: try row.integers("earlier_leases"),
            owner: RunOwner(queue: try row.get("queue_identity"), run: try row.get("run_identity"))
        )
    }
}
