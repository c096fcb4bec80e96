import PostgresClient
import TestSupport

@testable import JobQueue

/// A queue in a schema of its own for each test, on the process's test server.
enum TestQueue {
    private static let pool = Task {
        ConnectionPool(
            configuration: try PostgresConfiguration(
                connectionString: try await DisposablePostgresServer.connectionString()
            ),
            maximumConnections: 16,
            waitTimeoutSeconds: 300
        )
    }

    /// Timing without waits: reaping whenever asked, retries due at once.
    static let timing = QueueTiming(
        reapIntervalSeconds: 0,
        retryBackoff: Backoff(baseSeconds: 0, capSeconds: 0),
        patienceSeconds: 60
    )

    static func sharedPool() async throws -> ConnectionPool { try await pool.value }

    /// Runs a test with a migrated queue, and drops its schema afterwards.
    static func with(
        timing: QueueTiming = timing,
        random: @escaping @Sendable () -> Double = { 0 },
        _ body: (JobQueue) async throws -> Void
    ) async throws {
        let pool = try await pool.value
        let queue = try JobQueue(
            pool: pool,
            schema: "test_\(UInt64.random(in: 0...UInt64.max))",
            timing: timing,
            random: random
        )
        try await queue.migrate()
        do {
            try await body(queue)
        } catch {
            _ = try? await pool.query("DROP SCHEMA \(queue.s) CASCADE", doing: "cleaning up")
            throw error
        }
        try await queue.expectExactCounters()
        try await pool.query("DROP SCHEMA \(queue.s) CASCADE", doing: "cleaning up")
    }
}

extension RunSubmission {
    static func test(
        _ name: String = "run",
        settings: String = "{}",
        kind: String = "predict",
        formatVersion: Int = 1,
        priority: Int = 0,
        maximumAttempts: Int = 3
    ) -> RunSubmission {
        RunSubmission(
            name: name,
            settings: settings,
            kind: kind,
            formatVersion: formatVersion,
            priority: priority,
            maximumAttempts: maximumAttempts
        )
    }
}

extension ClaimFilter {
    static let test = ClaimFilter(formatVersions: ["predict": 1])
}

extension SceneResult {
    static func test(_ lease: SceneLease, samples: Int = 10) -> SceneResult {
        SceneResult(
            fileName: "\(lease.sceneID).\(lease.lease).occ.lz4",
            byteCount: 1 << 33,
            sampleCount: samples,
            digest: "abc",
            metrics: [1, 2],
            inferenceSeconds: 1.5,
            elapsedSeconds: 2.5,
            computedSampleCount: samples
        )
    }
}

func scenes(_ range: Range<Int>, samples: Int = 10, priority: Int = 0) -> [SceneSubmission] {
    range.map {
        SceneSubmission(
            name: "scene-\($0)",
            priority: priority,
            sampleCount: samples,
            payload: [UInt8(truncatingIfNeeded: $0)]
        )
    }
}

extension JobQueue {
    func registerTestWorker(
        _ host: String = "host-1",
        identity: String = WorkerDescription.newIdentity()
    ) async throws -> WorkerID {
        try await registerWorker(
            WorkerDescription(host: host, pid: 42, slots: 2, version: "1.0", identity: identity)
        )
    }

    /// Claims one scene that must be there.
    func claimOne(_ worker: WorkerID) async throws -> ClaimedScene {
        try await claim(worker, limit: 1, filter: .test).onlyElement()
    }

    /// Makes a worker look silent for a while.
    func silence(_ worker: WorkerID, seconds: Double) async throws {
        _ = try await query(
            "silencing",
            "UPDATE \(s).workers SET last_seen_at = last_seen_at - make_interval(secs => $2) WHERE id = $1",
            [.int(worker.rawValue), .double(seconds)]
        )
    }

    /// Silences a worker past its expiry and reaps it.
    func crash(_ worker: WorkerID) async throws {
        try await silence(worker, seconds: timing.expirySeconds + 1)
        try await reap()
    }

    /// Compares every run's counters with a count over its scenes, in one snapshot.
    func expectExactCounters() async throws {
        guard try await schemaVersion() > 0 else { return }
        let wrong = try await query(
            "comparing counters",
            """
            SELECT r.name FROM \(s).runs r
            LEFT JOIN (
                SELECT run_id, ARRAY[sum(queued), sum(leased), sum(done), sum(failed), sum(quarantined), sum(cancelled),
                    sum(samples_total), sum(samples_done)]::int8[] AS counts FROM \(s).run_counters GROUP BY 1
            ) c ON c.run_id = r.id
            LEFT JOIN (
                SELECT run_id, ARRAY[count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'leased'),
                    count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'failed'),
                    count(*) FILTER (WHERE state = 'quarantined'), count(*) FILTER (WHERE state = 'cancelled'),
                    sum(sample_count), sum(samples_done)]::int8[] AS counts FROM \(s).scenes GROUP BY 1
            ) n ON n.run_id = r.id
            WHERE c.counts IS DISTINCT FROM n.counts
            """
        )
        for row in wrong.rows {
            throw JobQueueError.invalidSubmission(
                "counters of run \(try row.get("name", as: String.self)) are not exact"
            )
        }
    }
}

struct NotOneElement: Error {
    var count: Int
}

extension Array {
    func onlyElement() throws -> Element {
        guard count == 1 else { throw NotOneElement(count: count) }
        return self[0]
    }
}
