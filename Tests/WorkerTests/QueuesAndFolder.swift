import Datasets
import Evaluation
import Foundation
import JobQueue
import Logging
import PostgresClient
import RunContract
import Scenes
import Scoring
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Scheduler
@testable import Worker

/// Two queues in schemas of their own, one output folder, and workers whose predictions follow from scene and sample.
struct QueuesAndFolder: Sendable {
    let folder: String
    let pool: ConnectionPool
    let first: JobQueue
    let second: JobQueue
    let settings: RunSettings

    static let sceneCount = 6
    static let samplesPerScene = 3

    var directory: RunDirectory { get throws { try RunDirectory(output: folder, run: "run") } }

    static func with(_ body: (QueuesAndFolder) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "occ-folder-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pool = ConnectionPool(
            configuration: try .init(connectionString: try await DisposablePostgresServer.connectionString()),
            maximumConnections: 6
        )
        var queues: [JobQueue] = []
        for _ in 0..<2 {
            let queue = try JobQueue(pool: pool, schema: "f\(UInt64.random(in: 0...UInt64.max))")
            try await queue.migrate()
            queues.append(queue)
        }
        let settings = RunSettings(
            datasetRoot: "/none",
            datasetVersion: "v",
            split: "all",
            modelConfiguration: "m",
            modelDigest: String(repeating: "0", count: 64),
            modelPath: "/none",
            precision: .fp32,
            outputDirectory: folder
        )
        let place = QueuesAndFolder(folder: folder, pool: pool, first: queues[0], second: queues[1], settings: settings)
        do {
            try await body(place)
        } catch {
            for queue in queues { try? await place.drop(queue) }
            await pool.close()
            throw error
        }
        for queue in queues { try await place.drop(queue) }
        await pool.close()
    }

    func drop(_ queue: JobQueue) async throws {
        try await pool.query("DROP SCHEMA IF EXISTS \"\(queue.schema)\" CASCADE", doing: "cleaning up")
    }

    static let frames = (0..<sceneCount).map { scene in
        SceneFrames(
            name: "scene-\(scene)",
            token: "s\(scene)",
            samples: (0..<samplesPerScene).map {
                SampleFrames(token: "token-\(scene)-\($0)", timestamp_us: Int64($0), cameras: [])
            }
        )
    }

    var submission: RunSubmission {
        get throws {
            RunSubmission(name: "run", settings: try settings.encoded(), kind: settings.kind, formatVersion: 1)
        }
    }

    func folder(of queue: JobQueue) throws -> RunFolder { RunFolder(try directory, queue: queue, software: "test") }

    /// Submits as the scheduler does.
    @discardableResult
    func submit(to queue: JobQueue) async throws -> SubmissionReport {
        var submission = try submission
        let status = try await queue.runStatus("run")
        let preparation = try await folder(of: queue).prepare(
            submission,
            existing: status,
            predicts: .occupancy,
            skipsMissing: false
        )
        submission.identity = preparation.run
        let scenes = try Self.frames.map {
            SceneSubmission(name: $0.name, sampleCount: $0.samples.count, payload: try ScenePayload.encode($0))
        }
        do {
            return try await queue.submit(submission, scenes: scenes)
        } catch {
            try await folder(of: queue).withdraw(preparation)
            throw error
        }
    }

    /// A worker's predictor that counts what it computes.
    final class Labels: SamplePredictor {
        let computed: Computed

        init(_ computed: Computed) { self.computed = computed }

        func startScene() {}

        func predict(_ scene: SceneFrames, sample index: Int, datasetRoot: String) throws -> PredictedSample {
            computed.note(scene.samples[index].token)
            let value = UInt8(scene.samples[index].token.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) % 17 })
            return PredictedSample(
                content: .occupancy([UInt8](repeating: value, count: 8), shape: [2, 2, 2]),
                seconds: 0
            )
        }
    }

    /// Tokens in the order in which they were computed.
    final class Computed: Sendable {
        private let list = Mutex<[String]>([])

        func note(_ token: String) { list.withLock { $0.append(token) } }

        var tokens: [String] { list.withLock { $0 } }
    }

    private struct AnyRun: ClaimPolicy {
        let kind: String
        func filter() async throws -> ClaimFilter { ClaimFilter(formatVersions: [kind: 1]) }
        func prospects() async throws -> ClaimFilter { try await filter() }
    }

    /// Lets a worker work the queue empty.
    @discardableResult
    func work(_ queue: JobQueue) async throws -> Computed {
        let computed = Computed()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let service = WorkerService(
            settings: .init(
                slotCount: 2,
                exitWhenIdleSeconds: 0.5,
                description: WorkerDescription(host: "test", pid: 1, slots: 2, version: "0"),
                timing: QueueTiming()
            ),
            queue: queue,
            heartbeats: queue,
            claimable: AnyRun(kind: settings.kind),
            sceneWork: PredictionWork(slotCount: 2, mounts: .init(), logger: logger) { _, _ in Labels(computed) },
            logger: logger
        )
        _ = await service.run()
        return computed
    }

    func status(_ queue: JobQueue) async throws -> RunStatus { try #require(try await queue.runStatus("run")) }

    /// Everything in the folder: paths and bytes.
    func content() throws -> [String: Data] {
        let path = try directory.path
        var content: [String: Data] = [:]
        for name in (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? [] {
            content[name] = try? Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
        }
        return content
    }

    /// Prepares a rebuild of the folder for a queue.
    func rebuild(for queue: JobQueue, scenes: [SceneFrames] = frames) throws -> RunRebuild {
        try RunRebuild(
            identity: try #require(try directory.readIdentity()),
            directory: directory,
            queue: queue,
            scenes: scenes,
            annotations: nil,
            labels: Occ3DLocator(datasetRoot: "/none")
        )
    }
}
