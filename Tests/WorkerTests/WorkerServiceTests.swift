import Foundation
import JobQueue
import Logging
import PostgresClient
import RunContract
import Scoring
import Synchronization
import Testing

@testable import Worker

/// The worker's shell against a real PostgreSQL, with work that takes milliseconds.
@Suite("Worker service", .serialized)
struct WorkerServiceTests {
    /// Work without a network: stores nothing, takes as many steps as the scene has samples.
    private final class FakeWork: SceneWork {
        let stepSeconds: Double
        let failing: Set<String>
        /// Kinds of runs that are of a newer format than announced.
        let newer: Set<String>
        let done = Mutex<[String]>([])

        init(stepSeconds: Double = 0.001, failing: Set<String> = [], newer: Set<String> = []) {
            self.newer = newer
            self.stepSeconds = stepSeconds
            self.failing = failing
        }

        func perform(
            _ scene: ClaimedScene,
            slot: Int,
            flag: StopFlag,
            sampleStored: @escaping @Sendable (Int) -> Void
        ) -> SceneWorkReport {
            if newer.contains(scene.kind) {
                return SceneWorkReport(outcome: .notUnderstood(message: "version 9"), samples: 0)
            }
            for count in 1...scene.sampleCount {
                if flag.level > .run { return SceneWorkReport(outcome: .stopped, samples: count - 1) }
                if failing.contains(scene.sceneName) {
                    return SceneWorkReport(
                        outcome: .failed(message: "bad scene", isRetryable: false),
                        samples: count - 1
                    )
                }
                Thread.sleep(forTimeInterval: stepSeconds)
                sampleStored(count)
            }
            done.withLock { $0.append(scene.sceneName) }
            let result = SceneResult(
                fileName: "\(scene.sceneName).\(scene.lease).occ.lz4",
                byteCount: 1,
                sampleCount: scene.sampleCount,
                digest: "00"
            )
            return SceneWorkReport(outcome: .finished(result), samples: scene.sampleCount)
        }
    }

    private struct AnyRun: ClaimPolicy {
        func filter() async throws -> ClaimFilter { ClaimFilter(formatVersions: ["test": 1, "newer": 1]) }
        func prospects() async throws -> ClaimFilter { try await filter() }
    }

    private func makeQueue(scenes: Int, samples: Int, server: PrivatePostgresServer) async throws -> (
        JobQueue, ConnectionPool
    ) {
        let pool = ConnectionPool(
            configuration: try PostgresConfiguration(connectionString: server.connectionString),
            maximumConnections: 4
        )
        let schema = "t\(UInt32.random(in: 0..<UInt32.max))"
        let queue = try JobQueue(pool: pool, schema: schema)
        _ = try await queue.migrate()
        let submissions = (0..<scenes).map { SceneSubmission(name: "scene-\($0)", sampleCount: samples, payload: [1]) }
        _ = try await queue.submit(
            RunSubmission(name: "run", settings: "{}", kind: "test", formatVersion: 1),
            scenes: submissions
        )
        return (queue, pool)
    }

    private func makeService(
        _ queue: JobQueue,
        _ work: FakeWork,
        exitWhenIdle: Double?,
        meters: WorkerMeters = WorkerMeters()
    ) -> WorkerService {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return WorkerService(
            settings: .init(
                slotCount: 2,
                exitWhenIdleSeconds: exitWhenIdle,
                description: WorkerDescription(host: "test", pid: 1, slots: 2, version: "0"),
                timing: QueueTiming()
            ),
            queue: queue,
            heartbeats: queue,
            claimable: AnyRun(),
            sceneWork: work,
            meters: meters,
            logger: logger
        )
    }

    private func withServer(_ body: (PrivatePostgresServer) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "occ-worker-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try await PrivatePostgresServer.start(dataDirectory: folder + "/data")
        do {
            try await body(server)
        } catch {
            try? await server.stop()
            throw error
        }
        try await server.stop()
    }

    @Test("Every scene is done once; one that fails is reported and hurts no other; a stop gives scenes back")
    func service() async throws {
        try await withServer { server in
            let (queue, pool) = try await makeQueue(scenes: 20, samples: 3, server: server)
            let work = FakeWork(failing: ["scene-7"])
            let meters = WorkerMeters()
            let reason = await makeService(queue, work, exitWhenIdle: 0.5, meters: meters).run()
            #expect(reason == .done)
            #expect(meters.reading.slots == SlotCounts(idle: 2) && meters.reading.lastContactSeconds != nil)
            #expect(meters.reading.leasesLost == 0)
            let status = try #require(try await queue.runStatus("run"))
            #expect(status.counts.done == 19 && status.counts.failed == 1 && status.counts.leased == 0)
            #expect(work.done.withLock { Set($0).count == 19 && $0.count == 19 })
            #expect(try await queue.failures(run: "run").first?.lastError == "bad scene")
            // A run that needs a newer program stays as it was, and is left alone from its first scene on.
            _ = try await queue.submit(
                RunSubmission(name: "newer", settings: "{}", kind: "newer", formatVersion: 1, priority: 9),
                scenes: (0..<5).map { SceneSubmission(name: "scene-\($0)", sampleCount: 3, payload: [1]) }
            )
            _ = try await queue.submit(
                RunSubmission(name: "newest", settings: "{}", kind: "test", formatVersion: 2, priority: 9),
                scenes: [SceneSubmission(name: "scene", sampleCount: 3, payload: [1])]
            )
            #expect(await makeService(queue, FakeWork(newer: ["newer"]), exitWhenIdle: 0.5).run() == .done)
            for (name, count) in [("newer", 5), ("newest", 1)] {
                #expect(try await queue.runStatus(name)?.counts.queued == count)
                #expect(try await queue.failures(run: name).isEmpty)
            }
            let leases: Int64 = try await pool.query(
                "SELECT sum(lease)::int8 AS n FROM \"\(queue.schema)\".scenes s"
                    + " JOIN \"\(queue.schema)\".runs r ON r.id = s.run_id WHERE r.kind = 'newer'",
                doing: "counting claims"
            ).single().get("n")
            #expect((1...2).contains(leases), "what two slots claimed at once, and nothing after that")
            await pool.close()

            let (slowQueue, slowPool) = try await makeQueue(scenes: 2, samples: 1000, server: server)
            let service = makeService(slowQueue, FakeWork(stepSeconds: 0.01), exitWhenIdle: nil)
            let stop = service.requestStop
            Task.detached {
                try? await Task.sleep(nanoseconds: 500_000_000)
                stop()
            }
            #expect(await service.run() == .stopped)
            let after = try #require(try await slowQueue.runStatus("run"))
            #expect(after.counts.queued == 2 && after.counts.leased == 0)
            #expect(after.counts.samplesDone > 0, "finished samples are kept")
            #expect(try await slowQueue.failures(run: "run").isEmpty, "giving back burns no attempt")
            await slowPool.close()
        }
    }
}
