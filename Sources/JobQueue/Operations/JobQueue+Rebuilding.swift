internal import PostgresClient

/// Making a run anew from what its folder holds; each call is one transaction, and all of them are safe to repeat.
extension JobQueue {
    /// Makes the run of a folder if the queue has none of its name; a new one stays paused until `endRebuild`.
    ///
    /// - Returns: the run as it stands; its identity is another one where the name belongs to another run.
    /// - Throws: `JobQueueError.invalidSubmission`, `PostgresError`.
    public func beginRebuild(_ run: RunSubmission) async throws -> RunStatus {
        try run.validate()
        _ = try await query(
            "making run \"\(run.name)\" anew",
            """
            INSERT INTO \(s).runs
                (name, kind, format_version, settings, priority, maximum_errors, identity, state, is_rebuilding)
            VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, gen_random_uuid()::text), 'paused', true)
            ON CONFLICT (name) DO NOTHING
            """,
            [
                .text(run.name), .text(run.kind), .int(run.formatVersion), .text(run.settings), .int(run.priority),
                .int(run.maximumAttempts), .optional(run.identity),
            ]
        )
        guard let status = try await runStatus(run.name) else { throw JobQueueError.unknownRun(run.name) }
        return status
    }

    /// Every scene of a run by name.
    ///
    /// - Throws: `JobQueueError.unknownRun`, `PostgresError`.
    public func knownScenes(run: String) async throws -> [String: KnownScene] {
        let id = try await runID(run)
        var scenes: [String: KnownScene] = [:]
        var last: Int64 = 0
        while true {
            let rows = try await query(
                "listing the scenes of run \"\(run)\"",
                """
                SELECT s.id, i.name, s.state, s.lease FROM \(s).scene_inputs i JOIN \(s).scenes s ON s.id = i.id
                WHERE i.run_id = $1 AND s.id > $2 ORDER BY s.id LIMIT \(Self.rebuildPageSize)
                """,
                [.int(id), .int(last)]
            ).rows
            for row in rows {
                scenes[try row.get("name")] = KnownScene(state: try Self.sceneState(row), lease: try row.get("lease"))
                last = try row.get("id")
            }
            if rows.count < Self.rebuildPageSize { return scenes }
        }
    }

    private static let rebuildPageSize = 10_000
    /// Most leases of a scene that are offered for adoption; a claim looks at no more.
    private static let adoptableAtMost = 32

    /// Takes scenes into a run as its folder has them: whole ones are done, the others queued above every lease on disk.
    ///
    /// A scene that the queue knows keeps its result; one that it holds leased is left alone, unless the folder has a later lease.
    ///
    /// - Throws: `JobQueueError`, `PostgresError`; then nothing was changed.
    public func rebuild(run: String, scenes: [RebuiltScene]) async throws {
        guard !scenes.isEmpty else { return }
        let operation = "taking scenes of run \"\(run)\" from its files"
        try await attempt {
            try await pool.transaction(doing: operation, statementTimeoutSeconds: 600) { connection in
                try await connection.execute(script: createRebuildStaging, doing: operation)
                try await upload(scenes, to: connection, operation)
                let row = try await connection.query(
                    "SELECT id FROM \(s).runs WHERE name = $1 FOR UPDATE",
                    [.text(run)],
                    doing: operation
                )
                guard let id = try row.first?.get("id", as: Int64.self) else { throw JobQueueError.unknownRun(run) }
                try await connection.query("ANALYZE pg_temp.occ_rebuild", doing: operation)
                for statement in rebuildStatements {
                    try await connection.query(statement, [.int(id)], doing: operation, timeoutSeconds: 600)
                }
            }
        }
    }

    /// Lets a run go on that was made anew; one that was paused by a person stays paused.
    ///
    /// - Throws: `JobQueueError.unknownRun`, `PostgresError`.
    public func endRebuild(run: String) async throws {
        _ = try await query(
            "ending the making anew of run \"\(run)\"",
            """
            UPDATE \(s).runs SET is_rebuilding = false,
                state = CASE WHEN is_rebuilding AND state = 'paused' THEN 'active' ELSE state END
            WHERE id = $1
            """,
            [.int(try await runID(run))]
        )
    }

    // MARK: - Statements

    private var createRebuildStaging: String {
        """
        CREATE TEMP TABLE occ_rebuild (
            position int8 NOT NULL, name text NOT NULL, priority int4 NOT NULL, sample_count int4 NOT NULL,
            payload bytea NOT NULL, lease int8 NOT NULL, adoptable text NOT NULL, result_lease int8, file_name text,
            byte_count int8, digest text, metrics bytea
        ) ON COMMIT DROP;
        ALTER TABLE pg_temp.occ_rebuild ALTER COLUMN payload SET STORAGE EXTERNAL;
        """
    }

    private nonisolated(nonsending) func upload(
        _ scenes: [RebuiltScene],
        to connection: PostgresConnection,
        _ operation: String
    ) async throws {
        _ = try await connection.copyIn("COPY pg_temp.occ_rebuild FROM STDIN WITH (FORMAT binary)", doing: operation) {
            writer in
            var encoder = BinaryCopyEncoder()
            for (position, scene) in scenes.enumerated() {
                let (priority, sampleCount) = try scene.scene.validated()
                encoder.beginRow(fieldCount: 12)
                encoder.append(Int64(position))
                encoder.append(scene.scene.name)
                encoder.append(priority)
                encoder.append(sampleCount)
                encoder.append(scene.scene.payload)
                encoder.append(scene.lease)
                let leases = scene.adoptable.prefix(Self.adoptableAtMost).map(String.init).joined(separator: ",")
                encoder.append("{\(leases)}")
                if let accepted = scene.accepted {
                    encoder.append(accepted.lease)
                    encoder.append(accepted.result.fileName)
                    encoder.append(accepted.result.byteCount)
                    encoder.append(accepted.result.digest)
                    if let metrics = accepted.result.metrics { encoder.append(metrics) } else { encoder.appendNull() }
                } else {
                    for _ in 0..<5 { encoder.appendNull() }
                }
                if encoder.bytes.count >= 1 << 20 { try await writer.write(encoder.take()) }
            }
            encoder.finish()
            try await writer.write(encoder.take())
        }
    }

    /// In their order; $1 is the run's id.
    private var rebuildStatements: [String] {
        let staged = "pg_temp.occ_rebuild g JOIN \(s).scene_inputs i ON i.run_id = $1 AND i.name = g.name"
        return [
            """
            INSERT INTO \(s).scene_inputs (run_id, name, payload)
            SELECT $1, name, payload FROM pg_temp.occ_rebuild ORDER BY position ON CONFLICT (run_id, name) DO NOTHING
            """,
            // A lease that is held here although the folder has a later one is of a time before a backup was restored.
            """
            UPDATE \(s).scenes s
            SET lease = greatest(s.lease, g.lease), worker_id = NULL, claim_token = NULL,
                state = CASE WHEN g.result_lease IS NOT NULL THEN 'done' WHEN s.state = 'leased' THEN 'queued' ELSE s.state END,
                samples_done = CASE WHEN g.result_lease IS NOT NULL THEN g.sample_count ELSE s.samples_done END
            FROM \(staged)
            WHERE s.id = i.id AND (s.lease < g.lease OR s.state NOT IN ('leased', 'done') AND g.result_lease IS NOT NULL)
            """,
            """
            INSERT INTO \(s).scenes (id, run_id, priority, sample_count, lease, state, samples_done)
            SELECT i.id, $1, g.priority, g.sample_count, g.lease,
                CASE WHEN g.result_lease IS NULL THEN 'queued' ELSE 'done' END,
                CASE WHEN g.result_lease IS NULL THEN 0 ELSE g.sample_count END
            FROM \(staged) WHERE NOT EXISTS (SELECT FROM \(s).scenes s WHERE s.id = i.id)
            """,
            // Nothing was computed for them now, so they tell no rate.
            """
            INSERT INTO \(s).results (scene_id, run_id, lease, file_name, byte_count, sample_count, computed_sample_count, digest,
                inference_seconds, elapsed_seconds, metrics, host)
            SELECT i.id, $1, g.result_lease, g.file_name, g.byte_count, g.sample_count, 0, g.digest, 0, 0, g.metrics, 'rebuilt'
            FROM \(staged) JOIN \(s).scenes s ON s.id = i.id
            WHERE g.result_lease IS NOT NULL AND s.state = 'done' ON CONFLICT (scene_id) DO NOTHING
            """,
            """
            INSERT INTO \(s).attempts (scene_id, lease, worker_id, host, ended_at, outcome)
            SELECT i.id, l.lease, 0, 'rebuilt', now(), CASE WHEN l.lease = g.result_lease THEN 'done' ELSE 'released' END
            FROM \(staged) CROSS JOIN LATERAL unnest(g.adoptable::int8[]) AS l (lease)
            ON CONFLICT (scene_id, lease) DO NOTHING
            """,
        ]
    }
}
