import PostgresClient
import Synchronization
import TestSupport
import Testing

@testable import JobQueue

/// Simulated workers that do everything a bad day can bring, against a real queue.
struct Simulation: Sendable {
    let queue: JobQueue
    let seed: UInt64
    let workerCount: Int
    let sceneCount: Int

    /// What the workers were told was accepted.
    private let ledger = Ledger()

    private final class Ledger: Sendable {
        let accepted = Mutex<[SceneLease]>([])
    }

    /// Works until everything is done, then compares the queue with the ledger.
    func run() async throws {
        try await submit()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<workerCount { group.addTask { try await work(number) } }
            group.addTask { try await disturb() }
            try await group.waitForAll()
        }
        try await check()
    }

    private func isComplete() async throws -> Bool {
        try await queue.runStatus("stress")?.isComplete == true
    }

    /// One worker process after another; those that "crash" live on as zombies whose reports must be refused.
    private func work(_ number: Int) async throws {
        var generator = SeededGenerator(seed: seed &+ UInt64(number))
        var worker = try await queue.registerTestWorker("host-\(number)")
        var zombies: [SceneLease] = []
        // Bounded: the probabilities let every scene finish long before.
        for _ in 0..<100_000 {
            let claimed: [ClaimedScene]
            do {
                claimed = try await queue.claim(worker, limit: .random(in: 1...3, using: &generator), filter: .test)
            } catch JobQueueError.workerExpired {
                worker = try await queue.registerTestWorker("host-\(number)")
                continue
            }
            if claimed.isEmpty {
                if try await isComplete() { return }
                try await Task.sleep(for: .milliseconds(5))
            }
            for scene in claimed {
                try await handle(scene, &worker, &zombies, number, &generator)
                if let zombie = zombies.randomElement(using: &generator), Bool.random(using: &generator) {
                    try await report(asZombie: zombie, &generator)
                }
            }
            // Not repeated by the queue itself, as a worker beats again anyway.
            let reply = try await queue.attempt {
                try await queue.heartbeat(worker, holding: claimed.map(\.sceneLease))
            }
            if !reply.isAlive { worker = try await queue.registerTestWorker("host-\(number)") }
        }
        throw JobQueueError.invalidSubmission("seed \(seed): the run does not come to an end")
    }

    private func handle(
        _ scene: ClaimedScene,
        _ worker: inout WorkerID,
        _ zombies: inout [SceneLease],
        _ number: Int,
        _ generator: inout SeededGenerator
    ) async throws {
        let lease = scene.sceneLease
        _ = try await queue.reportProgress(lease, samplesDone: .random(in: 0...10, using: &generator))
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<55: try await complete(lease)
        case 55..<70:
            _ = try await queue.fail(lease, message: "simulated", retryable: .random(using: &generator))
        case 70..<80: _ = try await queue.release(lease, samplesDone: .random(in: 0...10, using: &generator))
        case 80..<90:
            // The process stalls past its expiry; another one takes its place, and it wakes up later.
            zombies.append(lease)
            try await queue.silence(worker, seconds: 31)
            worker = try await queue.registerTestWorker("host-\(number)")
        case 90..<95:
            zombies.append(lease)
            try await queue.retire(worker)
            worker = try await queue.registerTestWorker("host-\(number)")
        default:
            // Two reports of one lease at once: at most one may count.
            async let failure = queue.fail(lease, message: "simulated", retryable: true)
            try await complete(lease)
            _ = try await failure
        }
    }

    private func complete(_ lease: SceneLease) async throws {
        if try await queue.complete(lease, result: .test(lease)) {
            ledger.accepted.withLock { $0.append(lease) }
        }
    }

    private func report(asZombie lease: SceneLease, _ generator: inout SeededGenerator) async throws {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: try await complete(lease)
        case 1: _ = try await queue.fail(lease, message: "zombie", retryable: false)
        case 2: _ = try await queue.reportProgress(lease, samplesDone: 1)
        default: _ = try await queue.release(lease, samplesDone: 0)
        }
    }

    /// Submits, and submits again where the server went away in the middle: an upload cannot be picked up, only repeated.
    private func submit() async throws {
        for attempt in 1... {
            do {
                _ = try await queue.submit(.test("stress", maximumAttempts: 2), scenes: scenes(0..<sceneCount))
                return
            } catch let error as PostgresError {
                guard attempt < 100 else { throw error }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Reaps, puts failed scenes back, pauses and resubmits, all the while checking that counters are exact.
    private func disturb() async throws {
        var generator = SeededGenerator(seed: seed &+ 1000)
        for _ in 0..<100_000 {
            try await queue.reap()
            switch Int.random(in: 0..<20, using: &generator) {
            case 0:
                try await queue.pause(run: "stress")
                try await queue.unpause(run: "stress")
            case 1: try await submit()
            case 2..<6: _ = try await queue.retry(run: "stress")
            default: break
            }
            try await queue.expectExactCounters()
            if try await isComplete() { return }
        }
    }

    private func check() async throws {
        let results = try await queue.results(run: "stress", limit: 100_000)
        #expect(results.count == sceneCount && Set(results.map(\.sceneName)).count == sceneCount, "seed \(seed)")
        // Accepted reports and stored results are the same; a lease may have been told so twice, never two leases of one scene.
        let accepted = ledger.accepted.withLock { Set($0) }
        #expect(accepted == Set(results.map { SceneLease(sceneID: $0.sceneID, lease: $0.lease) }), "seed \(seed)")
        let status = try #require(try await queue.runStatus("stress"))
        #expect(
            status.counts
                == SceneCounts(done: sceneCount, samplesTotal: sceneCount * 10, samplesDone: sceneCount * 10),
            "seed \(seed)"
        )
        // Each lease has its row in the history, each row an outcome, and `done` stands once a scene.
        let history = try await queue.query(
            "checking the history",
            """
            SELECT count(*) FILTER (WHERE a.outcome = 'done') AS done, count(*) FILTER (WHERE a.outcome IS NULL) AS open,
                count(*) AS leases, (SELECT sum(lease)::int8 FROM \(queue.s).scenes) AS expected
            FROM \(queue.s).attempts a
            """
        ).single()
        #expect(try history.get("done") == sceneCount, "seed \(seed)")
        #expect(try history.get("open") == 0, "seed \(seed)")
        #expect(try history.get("leases", as: Int.self) == history.get("expected", as: Int.self), "seed \(seed)")
    }
}
