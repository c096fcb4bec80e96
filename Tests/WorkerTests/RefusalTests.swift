import Foundation
import Logging
import PostgresClient
import RunContract
import Scoring
import TestSupport
import Testing

@testable import JobQueue
@testable import Worker

/// A worker and a PostgreSQL that says no.
@Suite("Refusals", .enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL"))
struct RefusalTests {
    /// Fails every scene with a text, or finishes it.
    private struct Work: SceneWork {
        var failure: String?
        var hostFailure: String?

        func perform(
            _ scene: ClaimedScene,
            slot: Int,
            flag: StopFlag,
            sampleStored: @escaping @Sendable (Int) -> Void
        ) -> SceneWorkReport {
            if let hostFailure { return SceneWorkReport(outcome: .hostFailed(message: hostFailure), samples: 0) }
            if let failure {
                return SceneWorkReport(outcome: .failed(message: failure, isRetryable: false), samples: 0)
            }
            sampleStored(1)
            let result = SceneResult(fileName: "f", byteCount: 1, sampleCount: 1, digest: "d")
            return SceneWorkReport(outcome: .finished(result), samples: 1)
        }
    }

    private struct AnyRun: ClaimPolicy {
        func filter() async throws -> ClaimFilter { ClaimFilter(formatVersions: ["test": 1]) }
        func prospects() async throws -> ClaimFilter { try await filter() }
    }

    /// A queue in a database of its own, made as an administrator or an older version may have made it.
    private func withQueue(encoding: String, _ body: (JobQueue) async throws -> Void) async throws {
        let base = try await DisposablePostgresServer.connectionString()
        guard !base.contains("://") else {
            return print("refusals: OCC_TEST_DATABASE_URL is a URL; a database beside it is not made")
        }
        let name = "refusals_\(UInt32.random(in: 0...UInt32.max))"
        let owner = ConnectionPool(configuration: try PostgresConfiguration(connectionString: base))
        try await owner.query(
            "CREATE DATABASE \(name) ENCODING '\(encoding)' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
            doing: "making a database"
        )
        let pool = ConnectionPool(configuration: try PostgresConfiguration(connectionString: base + " dbname=\(name)"))
        let queue = try JobQueue(pool: pool, schema: "occ", timing: QueueTiming(patienceSeconds: 1))
        var script = """
            CREATE SCHEMA occ;
            CREATE TABLE occ.schema_version (version int4 NOT NULL, changed_at timestamptz NOT NULL DEFAULT now());
            INSERT INTO occ.schema_version (version) VALUES (\(Migration.latestVersion));

            """
        for migration in Migration.all { script += migration.up.replacingOccurrences(of: "{s}", with: "occ") }
        do {
            try await pool.withConnection { [script] in try await $0.execute(script: script, doing: "making tables") }
            _ = try await queue.submit(
                RunSubmission(name: "run", settings: "{}", kind: "test", formatVersion: 1),
                scenes: (0..<4).map { SceneSubmission(name: "scene-\($0)", sampleCount: 1, payload: []) }
            )
            try await body(queue)
        } catch {
            Issue.record("\(error)")
        }
        await pool.close()
        try await owner.query("DROP DATABASE \(name) WITH (FORCE)", doing: "cleaning up")
        await owner.close()
    }

    private func serve(_ queue: JobQueue, _ work: Work) async -> (WorkerExit, refused: Int) {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var settings = WorkerService.Settings(
            slotCount: 1,
            exitWhenIdleSeconds: 0.2,
            description: WorkerDescription(host: "хост", pid: 1, slots: 1, version: "0"),
            timing: QueueTiming()
        )
        settings.patience = .init(refusalSeconds: 0.5)
        let service = WorkerService(
            settings: settings,
            queue: queue,
            heartbeats: queue,
            claimable: AnyRun(),
            sceneWork: work,
            logger: logger
        )
        let reason = await service.run()
        return (reason, service.writesRefused)
    }

    @Test("Texts that the database's encoding cannot hold are stored in ASCII; every scene ends")
    func encoding() async throws {
        try await withQueue(encoding: "LATIN1") { queue in
            let (reason, refused) = await serve(queue, Work(failure: "/mnt/данные/é.jpg is cut off"))
            #expect(reason == .done && refused == 0)
            let counts = try #require(try await queue.runStatus("run")).counts
            #expect(counts.failed == 4 && counts.remaining == 0)
            let failures = try await queue.failures(run: "run")
            #expect(failures.count == 4)
            #expect(
                failures.allSatisfy {
                    $0.lastError.contains("/mnt/\\u{434}\\u{430}") && $0.lastError.hasSuffix("cut off")
                }
            )
            #expect(failures.first?.host.contains("\\u{445}") == true)
            // What it can hold stays as it is.
            let worker = try await queue.registerWorker(WorkerDescription(host: "é", pid: 1, slots: 1, version: "0"))
            _ = try await queue.heartbeat(worker, holding: [], report: WorkerReport(note: "нет"))
            let status = try #require(try await queue.workers().first { $0.id == worker })
            #expect(status.description.host == "é" && status.note == "\\u{43d}\\u{435}\\u{442}")
            try await queue.retire(worker, reason: "нет")
            #expect(try await queue.workers().first { $0.id == worker }?.reason == "\\u{43d}\\u{435}\\u{442}")
        }
    }

    @Test(
        "A report that the database refuses gives its scene back, and a worker whose reports are all refused leaves and says why"
    )
    func refusedReports() async throws {
        try await withQueue(encoding: "UTF8") { queue in
            try await queue.pool.withConnection {
                try await $0.execute(
                    script: """
                        CREATE FUNCTION occ.no() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN RAISE EXCEPTION 'no more failures' USING ERRCODE = 'P0001'; END $$;
                        CREATE TRIGGER no BEFORE UPDATE ON occ.attempts FOR EACH ROW WHEN (new.outcome = 'error')
                            EXECUTE FUNCTION occ.no();
                        """,
                    doing: "refusing failures"
                )
            }
            let (reason, refused) = await serve(queue, Work(failure: "bad picture"))
            guard case .refused(let why) = reason else {
                Issue.record("\(reason)")
                return
            }
            #expect(why.contains("no more failures") && refused == 3)
            let counts = try #require(try await queue.runStatus("run")).counts
            #expect(counts.leased == 0 && counts.queued == 4, "no scene stays with a worker that cannot report")
            let worker = try #require(try await queue.workers().first)
            #expect(worker.state == .retired && worker.reason.contains("no more failures"))
            #expect(worker.report.writesRefused > 0 || worker.silentSeconds < 60)
            #expect(try await queue.releases(run: "run").first?.reason.contains("no more failures") == true)
        }
    }

    @Test("A worker that may not claim has not 'nothing to do'")
    func refusedClaims() async throws {
        try await withQueue(encoding: "UTF8") { queue in
            try await queue.pool.query(
                "ALTER FUNCTION occ.claim_scenes(int8, int8, int8, text[], int8[], text) RENAME TO kept",
                doing: "refusing claims"
            )
            let (reason, _) = await serve(queue, Work())
            guard case .refused(let why) = reason else {
                Issue.record("\(reason)")
                return
            }
            #expect(why.contains("claims") && why.contains("claim_scenes"))
        }
    }

    @Test("A paused run is no idleness: the worker stays for it, and does it once it goes on")
    func pausedRun() async throws {
        try await withQueue(encoding: "UTF8") { queue in
            try await queue.pause(run: "run")
            async let ended = serve(queue, Work())
            // Long enough for several of its looks; were it idle meanwhile, it would have left.
            try await Task.sleep(nanoseconds: 1_500_000_000)
            try await queue.unpause(run: "run")
            let (reason, refused) = await ended
            #expect(reason == .done && refused == 0)
            let counts = try #require(try await queue.runStatus("run")).counts
            #expect(counts.done == 4, "\(counts)")
        }
    }

    @Test("A host that cannot go on leaves its reason in the queue, with the scene too")
    func hostFailure() async throws {
        try await withQueue(encoding: "UTF8") { queue in
            let (reason, _) = await serve(queue, Work(hostFailure: "no space left on device"))
            #expect(reason == .hostFailed("no space left on device"))
            let worker = try #require(try await queue.workers().first)
            #expect(worker.reason == "no space left on device")
            let releases = try await queue.releases(run: "run").map(\.reason)
            #expect(releases == ["the host cannot go on: no space left on device"])
        }
    }
}
