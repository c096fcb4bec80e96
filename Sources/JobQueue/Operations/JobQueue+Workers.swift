internal import Foundation
internal import PostgresClient

extension JobQueue {
    /// Registers a worker process; its heartbeats must follow.
    public func registerWorker(_ worker: WorkerDescription) async throws -> WorkerID {
        // Repeating this after a lost answer leaves a row without heartbeats, which expires holding nothing.
        let result = try await storing { text in
            try await query(
                "registering worker \(worker.host) (pid \(worker.pid))",
                """
                INSERT INTO \(s).workers (host, pid, slots, version, expiry_seconds, identity, kernels)
                VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
                """,
                [
                    text(worker.host, 1024), .int(worker.pid), .int(worker.slots), text(worker.version, 1024),
                    .double(timing.expirySeconds), text(worker.identity, 1024), text(worker.kernels, 1024),
                ]
            )
        }
        return WorkerID(rawValue: try result.single().get("id"))
    }

    /// Renews a worker's registration and asks which of its leases must be stopped.
    ///
    /// Tried once, not repeated over trouble: the caller beats again at its next interval, and stops itself before
    /// `timing.expirySeconds` have passed on its own monotonic clock since it last sent a beat that was answered.
    ///
    /// - Parameters:
    ///   - holding: every lease the worker works on.
    ///   - report: how the worker fares, for `WorkerStatus.report`.
    public func heartbeat(
        _ worker: WorkerID,
        holding: [SceneLease],
        report: WorkerReport = WorkerReport()
    ) async throws -> HeartbeatReply {
        let rates = report.samplesPerSecond.sorted { $0.key < $1.key }
        let result = try await storing { text in
            try await pool.query(
                heartbeatStatement,
                [
                    .int(worker.rawValue), .ints(holding.map(\.sceneID)), .ints(holding.map(\.lease)),
                    text(report.note, 1024), .int(report.samplesComputed), .int(report.scenesFailed),
                    .int(report.writesRefused), report.freeBytes.map { .int($0) } ?? .null, .ints(rates.map(\.key)),
                    .ints(rates.map { Int64(min(max($0.value, 0), 1e9) * 1000) }),
                ],
                doing: "beating for worker \(worker)",
                timeoutSeconds: timing.heartbeatIntervalSeconds
            )
        }
        var reply = HeartbeatReply(isAlive: false, revoked: [])
        for row in result.rows {
            reply.isAlive = try row.get("alive")
            guard let sceneID: Int64 = try row.optional("scene_id"), let lease: Int64 = try row.optional("lease") else {
                continue
            }
            let named = SceneLease(sceneID: sceneID, lease: lease)
            let text: String? = try row.optional("reason")
            if text == "stray" {
                reply.strays.append(named)
            } else if let reason = reply.isAlive ? text.flatMap(HeartbeatReply.Reason.init(rawValue:)) : .lost {
                reply.revoked.append(.init(lease: named, reason: reason))
            }
        }
        return reply
    }

    /// $1 worker, $2 scenes, $3 their leases, $4 note, $5 samples computed, $6 scenes failed, $7 writes refused, $8 free bytes,
    /// $9 runs and $10 thousandths of a sample a second of each.
    ///
    /// A stray is leased to the worker but not among those it named.
    var heartbeatStatement: String {
        """
        WITH beat AS (
            UPDATE \(s).workers
            SET last_seen_at = now(), note = $4, samples_computed = $5, scenes_failed = $6, writes_refused = $7,
                free_bytes = coalesce($8, free_bytes), rate_runs = $9, rates = $10
            WHERE id = $1 AND state = 'live' RETURNING id
        )
        SELECT EXISTS (SELECT FROM beat) AS alive, h.scene_id, h.lease,
            CASE
                WHEN s.id IS NULL OR s.lease <> h.lease THEN 'lost'
                WHEN s.state = 'done' THEN NULL
                WHEN s.state = 'cancelled' THEN 'runCancelled'
                WHEN s.state <> 'leased' OR s.worker_id <> $1 THEN 'lost'
                WHEN r.state = 'paused' THEN 'runPaused'
            END AS reason
        FROM (SELECT) AS one LEFT JOIN unnest($2, $3) AS h (scene_id, lease) ON true
        LEFT JOIN \(s).scenes s ON s.id = h.scene_id
        LEFT JOIN \(s).runs r ON r.id = s.run_id
        UNION ALL
        SELECT true, s.id, s.lease, 'stray' FROM \(s).scenes s
        WHERE s.worker_id = $1 AND s.state = 'leased' AND EXISTS (SELECT FROM beat)
            AND NOT EXISTS (SELECT FROM unnest($2, $3) AS h (scene_id, lease) WHERE h.scene_id = s.id AND h.lease = s.lease)
        """
    }

    /// Ends a worker's registration; scenes it still holds go back to the queue without a burnt attempt.
    ///
    /// - Parameter reason: why it leaves, for people; kept with the worker and with the attempts that this ends.
    public func retire(_ worker: WorkerID, reason: String = "") async throws {
        let sql = """
            WITH gone AS (
                UPDATE \(s).workers SET state = 'retired', last_seen_at = now(), left_at = now(), reason = $2
                WHERE id = $1 AND state = 'live'
            ), given AS (
                UPDATE \(s).scenes
                SET state = 'queued', available_at = now(), worker_id = NULL, claim_token = NULL
                WHERE worker_id = $1 AND state = 'leased' RETURNING id, lease, samples_done
            )
            UPDATE \(s).attempts a
            SET ended_at = now(), outcome = 'released', samples_done = g.samples_done, message = nullif($2, '')
            FROM given g WHERE a.scene_id = g.id AND a.lease = g.lease
            """
        _ = try await attemptShielded {
            try await storing { text in
                try await pool.query(
                    sql,
                    [.int(worker.rawValue), text(reason, 1024)],
                    doing: "retiring worker \(worker)"
                )
            }
        }
        unresolvedClaims.forget(worker)
    }

    /// Takes back the scenes of workers whose heartbeats stopped.
    ///
    /// Every worker and scheduler may call this as often as it likes: over all of them, one round is done in
    /// `timing.reapIntervalSeconds`. A scene goes back to the queue with one more crash, or is quarantined at
    /// `timing.maximumCrashes`; what is known of the worker goes into the scene's history.
    @discardableResult
    public func reap() async throws -> ReapReport {
        let operation = "taking back the scenes of dead workers"
        let gate = try await query(
            operation,
            """
            UPDATE \(s).reaps r SET reaped_at = now()
            FROM (SELECT reaped_at > now() + interval '5 seconds' AS is_ahead FROM \(s).reaps) AS before
            WHERE r.reaped_at <= now() - make_interval(secs => $1) OR r.reaped_at > now() + interval '5 seconds'
            RETURNING before.is_ahead
            """,
            [.double(timing.reapIntervalSeconds)]
        )
        guard let row = gate.first else {
            return ReapReport(didRun: false, expiredWorkers: 0, requeuedScenes: 0, quarantinedScenes: 0)
        }
        if try row.get("is_ahead") { try await forgetTheFuture(operation) }
        let expired = try await query(
            operation,
            """
            UPDATE \(s).workers
            SET state = 'expired', left_at = now(),
                reason = 'vanished: nothing was heard of it for ' || extract(epoch FROM now() - last_seen_at)::int8 || ' s'
            WHERE state = 'live' AND last_seen_at < now() - make_interval(secs => expiry_seconds)
            """
        )
        let taken = try await query(operation, reapStatement, [.int(timing.maximumCrashes)]).single()
        _ = try await query(
            operation,
            "DELETE FROM \(s).workers WHERE state <> 'live' AND last_seen_at < now() - make_interval(secs => $1)",
            [.double(timing.workerHistorySeconds)]
        )
        return ReapReport(
            didRun: true,
            expiredWorkers: expired.affectedRows,
            requeuedScenes: try taken.get("requeued"),
            quarantinedScenes: try taken.get("quarantined")
        )
    }

    /// Mends what was stamped before the server's clock was set back: live workers count as seen now, and scenes that wait for a
    /// time that no backoff reaches need not wait.
    private func forgetTheFuture(_ operation: String) async throws {
        _ = try await query(
            operation,
            "UPDATE \(s).workers SET last_seen_at = now() WHERE state = 'live' AND last_seen_at > now() + interval '5 seconds'"
        )
        _ = try await query(
            operation,
            "UPDATE \(s).scenes SET available_at = now() WHERE state = 'queued' AND available_at > now() + make_interval(secs => $1)",
            [.double(timing.retryBackoff.capSeconds * (1 + timing.retryBackoff.jitter) + 5)]
        )
    }

    /// Takes back every leased scene whose worker is not live, however that came about.
    ///
    /// A claim that committed after its worker was given up is found here too. A retired worker's late claim is no crash.
    var reapStatement: String {
        """
        WITH lost AS (
            SELECT s.id, s.lease, s.samples_done, s.sample_count,
                s.crashes + CASE WHEN w.state = 'retired' THEN 0 ELSE 1 END AS crashes,
                w.state IS DISTINCT FROM 'retired' AS is_crash, w.host, w.pid, w.version,
                extract(epoch FROM now() - w.last_seen_at)::int8 AS silent
            FROM \(s).scenes s LEFT JOIN \(s).workers w ON w.id = s.worker_id
            WHERE s.state = 'leased' AND (w.id IS NULL OR w.state <> 'live')
            ORDER BY s.id LIMIT 10000
            FOR UPDATE OF s SKIP LOCKED
        ), moved AS (
            UPDATE \(s).scenes s
            SET state = CASE WHEN l.crashes >= $1 AND l.is_crash THEN 'quarantined' ELSE 'queued' END,
                crashes = l.crashes, available_at = now(), worker_id = NULL, claim_token = NULL
            FROM lost l WHERE s.id = l.id RETURNING s.state
        ), ended AS (
            UPDATE \(s).attempts a
            SET ended_at = now(), outcome = CASE WHEN l.is_crash THEN 'crash' ELSE 'released' END,
                samples_done = l.samples_done,
                message = CASE WHEN NOT l.is_crash THEN 'its worker had left' ELSE
                    'the worker vanished: ' || coalesce(
                        'host ' || l.host || ', pid ' || l.pid || ', version ' || l.version || ', silent for ' || l.silent
                            || ' s',
                        'worker ' || a.worker_id || ' on host ' || a.host)
                    || ', ' || l.samples_done || ' of ' || l.sample_count || ' samples reported' END
            FROM lost l WHERE a.scene_id = l.id AND a.lease = l.lease
        )
        SELECT count(*) FILTER (WHERE state = 'queued') AS requeued,
            count(*) FILTER (WHERE state = 'quarantined') AS quarantined
        FROM moved
        """
    }

    /// Runs statements with texts as they are and, where the database's encoding cannot hold them, once more with what it lacks
    /// written as `\\u{43f}`.
    ///
    /// - Parameter body: gets a function that makes a parameter of a text and its bound in bytes.
    func storing<R: Sendable>(_ body: (_ text: (String, Int) -> PostgresValue) async throws -> R) async throws -> R {
        do {
            return try await body { .text(Self.storable($0, maximumBytes: $1)) }
        } catch let error as PostgresError where error.isAboutEncoding {
            return try await body { .text(Self.ascii(Self.storable($0, maximumBytes: $1))) }
        }
    }

    /// A text in ASCII alone, which every encoding holds; other characters as `\\u{...}`.
    static func ascii(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { $0 += $1.isASCII ? String($1) : "\\u{\(String($1.value, radix: 16))}" }
    }

    /// A text that PostgreSQL can store: no NUL, bounded.
    static func storable(_ text: String, maximumBytes: Int = 1024) -> String {
        let clean =
            text.utf8.contains(0) ? String(text.unicodeScalars.filter { $0.value != 0 }.map(Character.init)) : text
        guard clean.utf8.count > maximumBytes else { return clean }
        return String(decoding: clean.utf8.prefix(maximumBytes), as: UTF8.self) + " ..."
    }
}

extension PostgresError {
    /// Whether the database's encoding cannot hold a text: untranslatable character, or one that is not in its repertoire.
    var isAboutEncoding: Bool { sqlState == "22P05" || sqlState == "22021" }
}
