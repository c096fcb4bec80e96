internal import Foundation
internal import PostgresClient

/// What a worker reports of a scene it holds. False or nil: the lease is lost, stop.
extension JobQueue {
    /// Reports how many samples of a scene are finished.
    public func reportProgress(_ lease: SceneLease, samplesDone: Int) async throws -> Bool {
        let result = try await query(
            "reporting progress of scene \(lease.sceneID)",
            progressStatement,
            [.int(lease.sceneID), .int(lease.lease), .int(samplesDone)]
        )
        return result.affectedRows == 1
    }

    /// Stores a scene's result and finishes the scene, in one transaction.
    ///
    /// True also if this lease's result was accepted before, so that a lost answer may be asked for again. Publish the
    /// file (rename it to its name) before this, so that an accepted result always has its file.
    public func complete(_ lease: SceneLease, result: SceneResult) async throws -> Bool {
        let parameters: [PostgresValue] = [
            .int(lease.sceneID), .int(lease.lease), .text(result.fileName), .int(result.byteCount),
            .text(result.digest),
            .int(result.sampleCount), .int(result.computedSampleCount), .double(result.inferenceSeconds),
            .double(result.elapsedSeconds), .optional(result.metrics),
        ]
        return try await attemptShielded {
            try await pool.query(completeStatement, parameters, doing: "completing scene \(lease.sceneID)").single()
                .get(
                    "is_accepted"
                )
        }
    }

    /// Reports an error: the scene is retried after a backoff, or has failed for good.
    ///
    /// - Parameters:
    ///   - message: what went wrong, for people; the first 8,000 bytes are kept.
    ///   - retryable: false if a retry cannot help (bad data, say).
    public func fail(_ lease: SceneLease, message: String, retryable: Bool) async throws -> FailureOutcome? {
        let backoff = timing.retryBackoff
        let jitter = 1 - backoff.jitter * min(max(random(), 0), 1)
        return try await attemptShielded {
            let result = try await storing { text in
                try await pool.query(
                    failStatement,
                    [
                        .int(lease.sceneID), .int(lease.lease), text(message, 8000), .bool(retryable),
                        .double(backoff.baseSeconds), .double(backoff.factor), .double(backoff.capSeconds),
                        .double(jitter),
                    ],
                    doing: "reporting the failure of scene \(lease.sceneID)"
                )
            }
            guard let row = result.first else { return nil }
            return try row.optional("retry_after_seconds", as: Double.self).map { .retry(afterSeconds: $0) } ?? .failed
        }
    }

    /// Gives a scene back because the worker stops (or its run was paused): no attempt is burnt.
    ///
    /// - Parameters:
    ///   - samplesDone: whole samples in this lease's file, which the next lease may adopt.
    ///   - reason: why it is given back, for people; kept with the attempt.
    public func release(_ lease: SceneLease, samplesDone: Int, reason: String = "") async throws -> Bool {
        try await attemptShielded {
            try await storing { text in
                try await pool.query(
                    releaseStatement,
                    [.int(lease.sceneID), .int(lease.lease), .int(samplesDone), text(reason, 4096)],
                    doing: "giving back scene \(lease.sceneID)"
                ).single().get("is_released")
            }
        }
    }

    /// $1 scene, $2 lease, $3 file name, $4 bytes, $5 digest, $6 samples, $7 computed, $8 inference seconds, $9 elapsed
    /// seconds, $10 metrics.
    var completeStatement: String {
        "SELECT \(s).complete_scene($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS is_accepted"
    }

    /// $1 scene, $2 lease, $3 message, $4 retryable, $5 base, $6 factor and $7 cap of the backoff, $8 what jitter leaves.
    var failStatement: String {
        """
        WITH target AS (
            SELECT s.id, s.lease, s.samples_done, s.errors + 1 AS errors,
                $4 AND s.errors + 1 < r.maximum_errors AS again
            FROM \(s).scenes s JOIN \(s).runs r ON r.id = s.run_id
            WHERE s.id = $1 AND s.lease = $2 AND s.state = 'leased'
            FOR UPDATE OF s
        ), decided AS (
            SELECT *, least($7, $5 * power($6, least(errors - 1, 60))) * $8 AS delay FROM target
        ), moved AS (
            UPDATE \(s).scenes s
            SET state = CASE WHEN d.again THEN 'queued' ELSE 'failed' END, errors = d.errors,
                available_at = now() + make_interval(secs => d.delay), worker_id = NULL, claim_token = NULL
            FROM decided d WHERE s.id = d.id
        ), ended AS (
            UPDATE \(s).attempts a
            SET ended_at = now(), outcome = 'error', message = $3, samples_done = d.samples_done,
                retry_after_seconds = CASE WHEN d.again THEN d.delay END
            FROM decided d WHERE a.scene_id = d.id AND a.lease = d.lease
        )
        SELECT CASE WHEN again THEN delay END AS retry_after_seconds FROM decided
        UNION ALL
        SELECT retry_after_seconds FROM \(s).attempts WHERE scene_id = $1 AND lease = $2 AND outcome = 'error'
        """
    }

    /// $1 scene, $2 lease, $3 samples done, $4 reason.
    var releaseStatement: String {
        """
        WITH given AS (
            UPDATE \(s).scenes
            SET state = 'queued', available_at = now(), worker_id = NULL, claim_token = NULL,
                samples_done = least(greatest($3, 0), sample_count)
            WHERE id = $1 AND lease = $2 AND state = 'leased' RETURNING id, lease, samples_done
        ), ended AS (
            UPDATE \(s).attempts a
            SET ended_at = now(), outcome = 'released', samples_done = g.samples_done, message = nullif($4, '')
            FROM given g WHERE a.scene_id = g.id AND a.lease = g.lease
        )
        SELECT EXISTS (SELECT FROM given) OR EXISTS (
            SELECT FROM \(s).attempts WHERE scene_id = $1 AND lease = $2 AND outcome = 'released') AS is_released
        """
    }

    /// $1 scene, $2 lease, $3 samples done.
    var progressStatement: String {
        """
        UPDATE \(s).scenes SET samples_done = least(greatest($3, 0), sample_count)
        WHERE id = $1 AND lease = $2 AND state = 'leased'
        """
    }
}
