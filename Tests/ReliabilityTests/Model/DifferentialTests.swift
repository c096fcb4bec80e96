import PostgresClient
import TestSupport
import Testing

@testable import JobQueue
@testable import PostgresClient
@testable import Worker

/// The model of the queue's database does what PostgreSQL does, over random sequences of operations.
///
/// Time is moved by shifting every time stamp in the database back, so nothing waits; in steps of 8 s, so that the time the
/// test itself takes decides nothing.
@Suite("Model and database", .enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL"))
struct DifferentialTests {
    fileprivate static let sceneCount = 4
    fileprivate static let sampleCount = 10
    private static let timing = QueueTiming(
        reapIntervalSeconds: 7,
        retryBackoff: Backoff(baseSeconds: 0, capSeconds: 0)
    )

    /// One random sequence on both sides.
    fileprivate struct Run {
        let queue: JobQueue
        let seed: UInt64
        var random: SeededGenerator
        var model: QueueModel
        var sceneIDs: [Int64] = []
        var workers: [WorkerID] = []
        var issued: [LeaseKey] = []
        var tokens = 0
        /// The model's tokens of claims whose answers were lost, by worker.
        var lostTokens: [Int64: [Int]] = [:]
        var log: [String] = []

        init(queue: JobQueue, seed: UInt64) {
            self.queue = queue
            self.seed = seed
            random = SeededGenerator(seed: seed)
            model = QueueModel(
                sceneCount: sceneCount,
                sampleCount: sampleCount,
                timing: .init(expirySeconds: 30, reapIntervalSeconds: 7)
            )
        }
    }

    @Test func theModelDoesWhatTheDatabaseDoes() async throws {
        let pool = ConnectionPool(
            configuration: try PostgresConfiguration(
                connectionString: try await DisposablePostgresServer.connectionString()
            ),
            maximumConnections: 4
        )
        for seed in Seeds.make(8) {
            let queue = try JobQueue(
                pool: pool,
                schema: "model_\(seed)",
                timing: Self.timing,
                random: { 0 }
            )
            try await queue.migrate()
            var run = Run(queue: queue, seed: seed)
            do {
                try await run.start()
                for _ in 0..<100 {
                    try await run.step()
                    try await run.compare()
                }
            } catch {
                Issue.record("OCC_SEED=\(seed): \(error) after\n\(run.log.suffix(12).joined(separator: "\n"))")
            }
            try await queue.migrate(to: 0)
        }
        await pool.close()
    }
}

/// A difference between model and database.
private struct Difference: Error, CustomStringConvertible {
    let description: String
}

extension DifferentialTests.Run {
    mutating func start() async throws {
        try await submit()
        sceneIDs = try await queue.pool.query("SELECT id FROM \(queue.s).scenes ORDER BY id", doing: "reading").rows.map
        {
            try $0.get("id")
        }
        for _ in 0..<2 { try await register() }
    }

    private func submit() async throws {
        _ = try await queue.submit(
            RunSubmission(name: "run", settings: "{}", kind: "k", formatVersion: 1),
            scenes: scenesToSubmit
        )
    }

    private var scenesToSubmit: [SceneSubmission] {
        (0..<DifferentialTests.sceneCount).map {
            SceneSubmission(name: "scene-\($0)", sampleCount: DifferentialTests.sampleCount, payload: [])
        }
    }

    private mutating func register() async throws {
        let number = Int64(workers.count + 1)
        workers.append(
            try await queue.registerWorker(
                WorkerDescription(host: "h", pid: 1, slots: 1, version: "0", identity: "w\(number)")
            )
        )
        try same("register", number, model.register())
    }

    private func same<Value: Equatable>(_ what: String, _ database: Value, _ model: Value) throws {
        guard database == model else {
            throw Difference(description: "\(what): the database says \(database), the model \(model)")
        }
    }

    private func lease(_ key: LeaseKey) -> SceneLease {
        SceneLease(sceneID: sceneIDs[Int(key.scene) - 1], lease: key.lease)
    }

    private func key(_ lease: SceneLease) -> LeaseKey {
        LeaseKey(scene: Int64((sceneIDs.firstIndex(of: lease.sceneID) ?? -2) + 1), lease: lease.lease)
    }

    /// Mostly a lease that was given out, sometimes one that never was.
    private mutating func anyLease() -> LeaseKey {
        if let key = issued.suffix(6).randomElement(using: &random), random.chance(90) { return key }
        return LeaseKey(
            scene: .random(in: 1...Int64(DifferentialTests.sceneCount), using: &random),
            lease: .random(in: 0...4, using: &random)
        )
    }

    mutating func step() async throws {
        let number = Int.random(in: 0..<workers.count, using: &random)
        let worker = Int64(number + 1)
        let choice = Int.random(in: 0..<100, using: &random)
        log.append("\(choice) worker \(worker) at \(model.now)")
        switch choice {
        case 0..<4: try await register()
        case 4..<14: try await heartbeat(worker)
        case 14..<38: try await claim(worker)
        case 38..<44:
            let key = anyLease()
            let samples = Int.random(in: -1...12, using: &random)
            let answer = try await queue.reportProgress(lease(key), samplesDone: samples)
            try same("progress of \(key)", answer, model.progress(key, samples: samples))
        case 44..<56:
            let key = anyLease()
            let answer = try await queue.complete(lease(key), result: Self.result(key))
            try same("complete \(key)", answer, model.complete(key))
        case 56..<64:
            let key = anyLease()
            let isRetryable = random.chance(80)
            let answer = try await queue.fail(lease(key), message: "m", retryable: isRetryable)
            let expected = model.fail(key, isRetryable: isRetryable).map { $0 == .error(isRetried: true) }
            try same("fail \(key)", answer.map { $0 != .failed }, expected)
        case 64..<72:
            let key = anyLease()
            let samples = Int.random(in: 0...12, using: &random)
            let answer = try await queue.release(lease(key), samplesDone: samples)
            try same("release \(key)", answer, model.release(key, samples: samples))
        case 72..<75:
            try await queue.retire(workers[number])
            model.retire(worker)
        case 75..<82:
            let report = try await queue.reap()
            let expected = model.reap()
            try same("reap", [report.expiredWorkers, report.requeuedScenes, report.quarantinedScenes], expected.counts)
            try same("whether it reaped", report.didRun, expected.didRun)
        case 82..<85:
            let report = try await queue.reportDeath(identity: "w\(worker)", cause: "c")
            try same(
                "death of \(worker)",
                [report.expiredWorkers, report.requeuedScenes, report.quarantinedScenes],
                model.reportDeath(worker).counts
            )
        case 85..<93: try await letTimePass([8, 16, 32].randomElement(using: &random) ?? 8)
        default: try await operate()
        }
    }

    private mutating func heartbeat(_ worker: Int64) async throws {
        var holding = model.scenes.enumerated().filter { $0.element.worker == worker }
            .map { LeaseKey(scene: Int64($0.offset + 1), lease: $0.element.machine.lease) }
        if random.chance(30) { holding = Array(holding.dropFirst()) }
        let other = anyLease()
        if random.chance(50), !holding.contains(other) { holding.append(other) }
        let reply = try await queue.heartbeat(workers[Int(worker) - 1], holding: holding.map(lease))
        let expected = model.heartbeat(worker, holding: holding)
        func keys(_ wanted: (HeartbeatReply.Reason) -> Bool) -> Set<LeaseKey> {
            Set(reply.revoked.filter { wanted($0.reason) }.map { key($0.lease) })
        }
        try same("alive", reply.isAlive, expected.isAlive)
        try same("lost of \(holding)", keys { $0 != .runPaused }, Set(expected.lost))
        try same("asked back of \(holding)", keys { $0 == .runPaused }, Set(expected.askedBack))
        try same("strays beside \(holding)", Set(reply.strays.map(key)), Set(expected.strays))
    }

    /// Claims; one in five answers is lost, and its scenes are taken over by a later claim.
    private mutating func claim(_ worker: Int64) async throws {
        let limit = Int.random(in: 1...3, using: &random)
        tokens += 1
        let id = workers[Int(worker) - 1]
        let known = queue.unresolvedClaims.tokens(of: id).count
        let unresolved = known == 0 ? [] : lostTokens[worker, default: []]
        let expected = model.claim(worker, limit: limit, token: tokens, unresolved: unresolved)
        do {
            let claimed = try await queue.claim(id, limit: limit, filter: ClaimFilter(formatVersions: ["k": 1]))
            let keys = claimed.map { key($0.sceneLease) }
            try same("claim of \(worker)", .scenes(keys), expected)
            for (scene, key) in zip(claimed, keys) {
                try same("adoptable for \(key)", scene.earlierLeases, model.adoptableLeases(key))
            }
            issued += keys
            if random.chance(20), !keys.isEmpty {
                // As if the answer had been lost: the product remembers the claim's token.
                let token: Int64 = try await queue.pool.query(
                    "SELECT claim_token FROM \(queue.s).scenes WHERE id = $1",
                    [.int(lease(keys[0]).sceneID)],
                    doing: "reading"
                ).single().get("claim_token")
                queue.unresolvedClaims.remember(token, of: id)
                lostTokens[worker, default: []].append(tokens)
            }
        } catch JobQueueError.workerExpired {
            try same("claim of \(worker)", .expired, expected)
            // The product remembers the refused claim too, whose token no scene has.
            lostTokens[worker, default: []].append(tokens)
        }
    }

    private mutating func letTimePass(_ seconds: Int) async throws {
        model.now += Double(seconds)
        try await queue.pool.withConnection { [s = queue.s] connection in
            try await connection.execute(
                script: """
                    UPDATE \(s).workers SET last_seen_at = last_seen_at - interval '\(seconds) s';
                    UPDATE \(s).scenes SET available_at = available_at - interval '\(seconds) s';
                    UPDATE \(s).reaps SET reaped_at = reaped_at - interval '\(seconds) s';
                    """,
                doing: "letting time pass"
            )
        }
    }

    private mutating func operate() async throws {
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            try await queue.pause(run: "run")
            model.pause()
        case 1, 2:
            try await queue.unpause(run: "run")
            model.unpause()
        case 3: try same("retry", try await queue.retry(run: "run"), model.putBack(.retry))
        case 4:
            try same("requeueDone", try await queue.requeueDone(run: "run", scenes: .all), model.putBack(.requeueDone))
        default:
            // A cancelled run is active again only once it is submitted again, so the two go together.
            let cancelled = model.cancel()
            try same("cancel", try await queue.cancel(run: "run"), cancelled)
            let report = try await queue.submit(
                RunSubmission(name: "run", settings: "{}", kind: "k", formatVersion: 1),
                scenes: scenesToSubmit
            )
            try same("resubmit", report.requeued, model.putBack(.resubmit))
            // With nothing to cancel the run stays as it is, paused or not.
            if cancelled > 0 { model.unpause() }
        }
    }

    /// Every row of the hot table, every result and the outcome of every lease.
    func compare() async throws {
        let rows = try await queue.pool.query(
            """
            SELECT s.state, s.lease, s.errors, s.crashes, s.worker_id, s.samples_done, t.lease AS result,
                ARRAY(SELECT coalesce(a.outcome, 'open') || CASE WHEN a.retry_after_seconds IS NULL THEN '' ELSE '+' END
                    FROM \(queue.s).attempts a WHERE a.scene_id = s.id ORDER BY a.lease)::text AS outcomes
            FROM \(queue.s).scenes s LEFT JOIN \(queue.s).results t ON t.scene_id = s.id ORDER BY s.id
            """,
            doing: "comparing"
        ).rows
        for (index, row) in rows.enumerated() {
            let scene = model.scenes[index]
            let what = "scene \(index + 1)"
            try same(what, try row.get("state", as: String.self), scene.machine.state.rawValue)
            try same("\(what), lease", try row.get("lease", as: Int64.self), scene.machine.lease)
            try same("\(what), errors", try row.get("errors", as: Int.self), scene.machine.errors)
            try same("\(what), crashes", try row.get("crashes", as: Int.self), scene.machine.crashes)
            try same("\(what), samples", try row.get("samples_done", as: Int.self), scene.samplesDone)
            try same("\(what), result", try row.optional("result", as: Int64.self), scene.result)
            let worker = try row.optional("worker_id", as: Int64.self)
            try same("\(what), worker", worker, scene.worker.map { workers[Int($0) - 1].rawValue })
            let outcomes: String = try row.get("outcomes")
            try same("\(what), outcomes", outcomes, "{\(scene.attempts.map(\.text).joined(separator: ","))}")
        }
    }

    private static func result(_ key: LeaseKey) -> SceneResult {
        SceneResult(
            fileName: "\(key.scene).\(key.lease)",
            byteCount: 1,
            sampleCount: DifferentialTests.sampleCount,
            digest: "d"
        )
    }
}

extension QueueModel.ReapReply {
    fileprivate var counts: [Int] { [expired, requeued, quarantined] }
}

extension QueueModel.Outcome {
    /// As the comparison's query spells it.
    fileprivate var text: String {
        switch self {
        case .open: "open"
        case .done: "done"
        case .error(let isRetried): isRetried ? "error+" : "error"
        case .crash: "crash"
        case .released: "released"
        case .cancelled: "cancelled"
        }
    }
}
