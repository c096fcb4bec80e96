internal import Foundation
internal import PostgresClient

extension JobQueue {
    /// Submits a run: scenes it does not have are added, failed, quarantined and cancelled ones are put back, the rest stays.
    ///
    /// The same submission again is a resume. Two submitters of the same run at once are safe. All or nothing: an error, in
    /// the scenes' sequence too, leaves the queue as it was.
    ///
    /// - Throws: `JobQueueError.differentRun` if the run exists with other settings, kind or format version;
    ///   `JobQueueError.invalidSubmission`; `PostgresError`; what the sequence throws.
    public func submit<S: AsyncSequence & Sendable>(
        _ run: RunSubmission,
        scenes: S
    ) async throws -> SubmissionReport where S.Element == SceneSubmission {
        try run.validate()
        let operation = "submitting run \"\(run.name)\""
        // Early and without a lock, so that a wrong run name costs no upload; checked again under the lock.
        try await compare(run, try await query(operation, findRun, [.text(run.name)]).first)
        // Scenes carry this time; should the server's clock be set back later, the next round of reaping notices by it.
        _ = try await query(
            operation,
            """
            UPDATE \(s).reaps SET reaped_at = now() - interval '1 minute' WHERE reaped_at < now() - interval '1 minute'
            """
        )
        return try await pool.transaction(doing: operation, statementTimeoutSeconds: 3600) { connection in
            try await connection.execute(script: createStaging, doing: operation)
            try await upload(scenes, to: connection, run: run, operation)
            return try await merge(run, connection, operation)
        }
    }

    /// Submits a run of scenes that are at hand.
    public func submit(
        _ run: RunSubmission,
        scenes: some Sequence<SceneSubmission> & Sendable
    ) async throws -> SubmissionReport {
        try await submit(run, scenes: SequenceStream(base: scenes))
    }

    // MARK: - Steps

    /// Payloads are not compressed here either; joins of the names stay in memory up to some 500,000 scenes.
    var createStaging: String {
        """
        CREATE TEMP TABLE occ_staging (
            position int8 NOT NULL, name text NOT NULL, priority int4 NOT NULL, sample_count int4 NOT NULL,
            payload bytea NOT NULL
        ) ON COMMIT DROP;
        ALTER TABLE pg_temp.occ_staging ALTER COLUMN payload SET STORAGE EXTERNAL;
        SET LOCAL work_mem = '64MB';
        """
    }

    private var findRun: String {
        "SELECT id, kind, format_version, settings, state, identity FROM \(s).runs WHERE name = $1"
    }

    /// Copies the scenes into the staging table in pieces of about a megabyte.
    private nonisolated(nonsending) func upload<S: AsyncSequence>(
        _ scenes: S,
        to connection: PostgresConnection,
        run: RunSubmission,
        _ operation: String
    ) async throws where S.Element == SceneSubmission {
        _ = try await connection.copyIn(
            "COPY pg_temp.occ_staging (position, name, priority, sample_count, payload) FROM STDIN WITH (FORMAT binary)",
            doing: operation
        ) { writer in
            var encoder = BinaryCopyEncoder()
            var position: Int64 = 0
            for try await scene in scenes {
                let (priority, sampleCount) = try scene.validated()
                encoder.beginRow(fieldCount: 5)
                encoder.append(position)
                encoder.append(scene.name)
                encoder.append(priority)
                encoder.append(sampleCount)
                encoder.append(scene.payload)
                position += 1
                if encoder.bytes.count >= 1 << 20 { try await writer.write(encoder.take()) }
            }
            encoder.finish()
            try await writer.write(encoder.take())
        }
    }

    /// Takes the staged scenes into the run, under a lock on the run's row.
    private nonisolated(nonsending) func merge(
        _ run: RunSubmission,
        _ connection: PostgresConnection,
        _ operation: String
    ) async throws -> SubmissionReport {
        let isNewRun =
            try await connection.query(
                """
                INSERT INTO \(s).runs (name, kind, format_version, settings, priority, maximum_errors, identity)
                VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, gen_random_uuid()::text)) ON CONFLICT (name) DO NOTHING
                """,
                [
                    .text(run.name), .text(run.kind), .int(run.formatVersion), .text(run.settings), .int(run.priority),
                    .int(run.maximumAttempts), .optional(run.identity),
                ],
                doing: operation
            ).affectedRows == 1
        let row = try await connection.query(findRun + " FOR UPDATE", [.text(run.name)], doing: operation).single()
        try await compare(run, row)
        let runID: Int64 = try row.get("id")
        try await connection.query(
            """
            UPDATE \(s).runs SET state = CASE state WHEN 'cancelled' THEN 'active' ELSE state END, priority = $2,
                maximum_errors = $3 WHERE id = $1
            """,
            [.int(runID), .int(run.priority), .int(run.maximumAttempts)],
            doing: operation
        )
        try await connection.query("ANALYZE pg_temp.occ_staging", doing: operation)
        let counts =
            isNewRun
            ? try await insertScenes(run, runID, connection, operation)
            : try await mergeScenes(run, runID, connection, operation)
        let state: String = try row.get("state")
        return SubmissionReport(
            runID: runID,
            isNewRun: isNewRun,
            runState: state == "paused" ? .paused : .active,
            inserted: counts.inserted,
            alreadyDone: counts.done,
            alreadyQueued: counts.total - counts.inserted - counts.requeued - counts.done,
            requeued: counts.requeued
        )
    }

    private typealias Counts = (total: Int, done: Int, requeued: Int, inserted: Int)

    /// Takes the staged scenes into a run that has none yet.
    private nonisolated(nonsending) func insertScenes(
        _ run: RunSubmission,
        _ runID: Int64,
        _ connection: PostgresConnection,
        _ operation: String
    ) async throws -> Counts {
        func change(_ sql: String) async throws -> Int {
            try await connection.query(sql, [.int(runID)], doing: operation, timeoutSeconds: 3600).affectedRows
        }
        let total = try await connection.query(
            "SELECT count(*) AS total FROM pg_temp.occ_staging",
            doing: operation,
            timeoutSeconds: 3600
        ).single().get("total", as: Int.self)
        let inserted = try await change(insertInputsStatement)
        if inserted < total { try await refuseDuplicates(run, connection, operation) }
        return (total, 0, 0, try await change(insertScenesStatement))
    }

    private nonisolated(nonsending) func mergeScenes(
        _ run: RunSubmission,
        _ runID: Int64,
        _ connection: PostgresConnection,
        _ operation: String
    ) async throws -> Counts {
        try await refuseDuplicates(run, connection, operation)
        let requeued = try await connection.query(
            requeueStagedStatement,
            [.int(runID)],
            doing: operation,
            timeoutSeconds: 3600
        ).affectedRows
        let existing = try await connection.query(
            countStagedStatement,
            [.int(runID)],
            doing: operation,
            timeoutSeconds: 3600
        ).single()
        let inserted = try await connection.query(
            mergeStagedStatement,
            [.int(runID)],
            doing: operation,
            timeoutSeconds: 3600
        ).affectedRows
        return (try existing.get("total"), try existing.get("done"), requeued, inserted)
    }

    private nonisolated(nonsending) func refuseDuplicates(
        _ run: RunSubmission,
        _ connection: PostgresConnection,
        _ operation: String
    ) async throws {
        let duplicate = try await connection.query(
            "SELECT name FROM pg_temp.occ_staging GROUP BY name HAVING count(*) > 1 LIMIT 1",
            doing: operation,
            timeoutSeconds: 3600
        )
        if let row = duplicate.first {
            throw JobQueueError.invalidSubmission(
                "scene \"\(try row.get("name", as: String.self))\" occurs twice in run \"\(run.name)\"; names must be unique"
            )
        }
    }

    /// Refuses a submission that names an existing run of other work.
    private func compare(_ run: RunSubmission, _ row: PostgresRow?) async throws {
        guard let row else { return }
        let kind: String = try row.get("kind")
        let formatVersion: Int = try row.get("format_version")
        let settings: String = try row.get("settings")
        if kind != run.kind {
            throw JobQueueError.differentRun(name: run.name, difference: "kind \"\(kind)\" (now \"\(run.kind)\")")
        }
        if formatVersion != run.formatVersion {
            throw JobQueueError.differentRun(
                name: run.name,
                difference: "format version \(formatVersion) (now \(run.formatVersion))"
            )
        }
        if let identity = run.identity, try row.get("identity") != identity {
            throw JobQueueError.differentRun(
                name: run.name,
                difference: "another identity: it is not the run of that folder"
            )
        }
        if let difference = SettingsComparison.difference(stored: settings, submitted: run.settings) {
            throw JobQueueError.differentRun(name: run.name, difference: difference)
        }
    }
}

/// A sequence at hand as an asynchronous one.
private struct SequenceStream<Base: Sequence & Sendable>: AsyncSequence, Sendable {
    struct AsyncIterator: AsyncIteratorProtocol {
        var base: Base.Iterator

        mutating func next() async -> Base.Element? { base.next() }
    }

    let base: Base

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeIterator()) }
}
