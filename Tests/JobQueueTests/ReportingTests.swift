import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct ReportingTests {
    @Test func aZombieIsFencedInEverything() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<1))
            let first = try await queue.registerTestWorker("a")
            let second = try await queue.registerTestWorker("b")
            let old = try await queue.claimOne(first).sceneLease
            try await queue.crash(first)
            let new = try await queue.claimOne(second).sceneLease
            #expect(new.lease == old.lease + 1)

            #expect(try await queue.reportProgress(old, samplesDone: 9) == false)
            #expect(try await queue.complete(old, result: .test(old)) == false)
            #expect(try await queue.fail(old, message: "late", retryable: false) == nil)
            #expect(try await queue.release(old, samplesDone: 9) == false)
            let reply = try await queue.heartbeat(first, holding: [old])
            #expect(!reply.isAlive && reply.revoked == [.init(lease: old, reason: .lost)])
            #expect(
                try await queue.heartbeat(second, holding: [old, new]).revoked == [.init(lease: old, reason: .lost)]
            )

            #expect(try await queue.reportProgress(new, samplesDone: 3))
            #expect(try await queue.complete(new, result: .test(new)))
            #expect(try await queue.complete(old, result: .test(old)) == false)
            let stored = try await queue.results(run: "run").onlyElement()
            #expect(stored.lease == new.lease && stored.host == "b" && stored.result == .test(new))
        }
    }

    @Test func everyReportMayBeRepeatedAfterALostAnswer() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(maximumAttempts: 2), scenes: scenes(0..<3))
            let worker = try await queue.registerTestWorker()
            let leases = try await queue.claim(worker, limit: 3, filter: .test).map(\.sceneLease)
            for _ in 0..<2 {
                #expect(try await queue.complete(leases[0], result: .test(leases[0])))
                #expect(try await queue.fail(leases[1], message: "x", retryable: true) == .retry(afterSeconds: 0))
                #expect(try await queue.release(leases[2], samplesDone: 1))
            }
            let last = try await queue.claim(worker, limit: 3, filter: .test)
            let failing = try #require(last.first { $0.sceneID == leases[1].sceneID })
            for _ in 0..<2 {
                #expect(try await queue.fail(failing.sceneLease, message: "x", retryable: true) == .failed)
            }
            #expect(try await queue.failures(run: "run").onlyElement().errors == 2)
        }
    }

    @Test(arguments: [0, 0.25, 0.999]) func retriesWaitAsTheBackoffSays(random: Double) async throws {
        let backoff = Backoff(baseSeconds: 3, factor: 2.5, capSeconds: 40, jitter: 0.5)
        let timing = QueueTiming(retryBackoff: backoff)
        try await TestQueue.with(timing: timing, random: { random }) { queue in
            _ = try await queue.submit(.test(maximumAttempts: 7), scenes: scenes(0..<1))
            let worker = try await queue.registerTestWorker()
            for attempt in 1...6 {
                let scene = try await queue.claimOne(worker)
                #expect(scene.attempt == attempt)
                guard
                    case .retry(let seconds) = try await queue.fail(scene.sceneLease, message: "x", retryable: true)
                else {
                    Issue.record("attempt \(attempt) must be retried")
                    return
                }
                #expect(abs(seconds - backoff.delaySeconds(attempt: attempt, random: random)) < 1e-9)
                let waiting: Double = try await queue.pool.query(
                    "SELECT extract(epoch FROM available_at - now())::float8 AS w FROM \(queue.s).scenes",
                    doing: "reading"
                ).single().get("w")
                #expect(waiting <= seconds && waiting > seconds - 30)
                try await queue.pool.query("UPDATE \(queue.s).scenes SET available_at = now()", doing: "waiting")
            }
            let last = try await queue.claimOne(worker)
            #expect(try await queue.fail(last.sceneLease, message: "x", retryable: true) == .failed)
        }
    }

    @Test func oddMessagesAreStored() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<1))
            let worker = try await queue.registerTestWorker()
            let lease = try await queue.claimOne(worker).sceneLease
            let message = "NUL \0 and " + String(repeating: "é", count: 10_000)
            #expect(try await queue.fail(lease, message: message, retryable: false) == .failed)
            let record = try await queue.failures(run: "run").onlyElement()
            #expect(record.lastError.hasPrefix("NUL  and éé") && record.lastError.utf8.count < 8010)
            #expect(record.state == .failed && record.host == "host-1" && record.sceneName == "scene-0")
        }
    }

    @Test func lastReportsAreNotCutShortByCancellation() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<3))
            let worker = try await queue.registerTestWorker()
            let leases = try await queue.claim(worker, limit: 3, filter: .test).map(\.sceneLease)
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                #expect(try await queue.complete(leases[0], result: .test(leases[0])))
                #expect(try await queue.fail(leases[1], message: "x", retryable: false) == .failed)
                #expect(try await queue.release(leases[2], samplesDone: 0))
                try await queue.retire(worker)
            }
            try await task.value
            let counts = try await queue.runStatus("run")?.counts
            #expect(counts == SceneCounts(queued: 1, done: 1, failed: 1, samplesTotal: 30, samplesDone: 10))
        }
    }
}
