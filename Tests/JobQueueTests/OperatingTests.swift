import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct OperatingTests {
    @Test func statusTellsCountsAndTimes() async throws {
        try await TestQueue.with { queue in
            #expect(try await queue.runStatus("run") == nil)
            _ = try await queue.submit(.test(), scenes: scenes(0..<4))
            let fresh = try #require(try await queue.runStatus("run"))
            #expect(fresh.counts == SceneCounts(queued: 4, samplesTotal: 40) && fresh.firstStartedAt == nil)
            #expect(fresh.samplesPerSecond == nil && fresh.secondsRemaining == nil && !fresh.isFinished)

            let worker = try await queue.registerTestWorker()
            let leases = try await queue.claim(worker, limit: 3, filter: .test).map(\.sceneLease)
            _ = try await queue.complete(leases[0], result: .test(leases[0]))
            _ = try await queue.reportProgress(leases[1], samplesDone: 5)
            _ = try await queue.reportProgress(leases[2], samplesDone: 99)
            let running = try #require(try await queue.runStatus("run"))
            #expect(running.counts == SceneCounts(queued: 1, leased: 2, done: 1, samplesTotal: 40, samplesDone: 25))
            #expect(running.recentScenes == 1 && running.recentSamples == 10)
            #expect(running.firstStartedAt != nil && running.lastCompletedAt != nil)
            #expect(try #require(running.secondsRemaining) > 0)
            #expect(try await queue.runStatus("run", recentWindowSeconds: 0)?.recentScenes == 0)

            for lease in leases.dropFirst() { _ = try await queue.complete(lease, result: .test(lease)) }
            let last = try await queue.claimOne(worker).sceneLease
            _ = try await queue.complete(last, result: .test(last))
            let done = try #require(try await queue.runStatus("run"))
            #expect(done.isFinished && done.isComplete && done.secondsRemaining == 0)
            #expect(try await queue.listRuns().map(\.counts) == [done.counts])
        }
    }

    @Test func aFinishedRunIsNotCancelled() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<1))
            let worker = try await queue.registerTestWorker()
            let lease = try await queue.claimOne(worker).sceneLease
            _ = try await queue.complete(lease, result: .test(lease))
            #expect(try await queue.cancel(run: "run") == 0)
            let after = try #require(try await queue.runStatus("run"))
            #expect(after.state == .active && after.isComplete)
            // Nor one that ended while it was paused.
            try await queue.pause(run: "run")
            #expect(try await queue.cancel(run: "run") == 0)
            #expect(try await queue.runStatus("run")?.state == .paused)
        }
    }

    @Test func resultsComeInPages() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<25))
            _ = try await queue.submit(.test("other"), scenes: scenes(0..<5))
            let worker = try await queue.registerTestWorker()
            for scene in try await queue.claim(worker, limit: 30, filter: .test) {
                _ = try await queue.complete(scene.sceneLease, result: .test(scene.sceneLease))
            }
            var names: [String] = []
            var last: Int64 = 0
            while true {
                let page = try await queue.results(run: "run", afterSceneID: last, limit: 10)
                names += page.map(\.sceneName)
                guard page.count == 10, let final = page.last else { break }
                last = final.sceneID
            }
            #expect(names == (0..<25).map { "scene-\($0)" })
        }
    }

    @Test func retryTakesAllOrTheNamed() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(maximumAttempts: 1), scenes: scenes(0..<4))
            let worker = try await queue.registerTestWorker()
            for scene in try await queue.claim(worker, limit: 3, filter: .test) {
                _ = try await queue.fail(scene.sceneLease, message: "x", retryable: true)
            }
            await #expect(throws: JobQueueError.unknownScene(run: "run", scene: "nosuch")) {
                try await queue.retry(run: "run", scenes: .named(["scene-0", "nosuch"]))
            }
            #expect(try await queue.runStatus("run")?.counts.failed == 3)
            #expect(try await queue.retry(run: "run", scenes: .named(["scene-1", "scene-3"])) == 1)
            #expect(try await queue.retry(run: "run") == 2)
            #expect(try await queue.retry(run: "run") == 0)
            #expect(try await queue.runStatus("run")?.counts.queued == 4)
        }
    }

    @Test func damagedResultsAreDoneAgain() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<3))
            let worker = try await queue.registerTestWorker()
            for scene in try await queue.claim(worker, limit: 3, filter: .test) {
                _ = try await queue.complete(scene.sceneLease, result: .test(scene.sceneLease))
            }
            #expect(try await queue.requeueDone(run: "run", scenes: .named(["scene-1"])) == 1)
            #expect(try await queue.results(run: "run").map(\.sceneName) == ["scene-0", "scene-2"])
            let counts = try await queue.runStatus("run")?.counts
            #expect(counts == SceneCounts(queued: 1, done: 2, samplesTotal: 30, samplesDone: 20))
            let again = try await queue.claimOne(worker)
            #expect(again.sceneName == "scene-1" && again.lease == 2)
            #expect(
                try await queue.complete(SceneLease(sceneID: again.sceneID, lease: 1), result: .test(again.sceneLease))
                    == false
            )
            #expect(try await queue.complete(again.sceneLease, result: .test(again.sceneLease)))
            // Who looked at lease 1 must not take lease 2's result away.
            #expect(try await queue.requeueDone(run: "run", leases: ["scene-1": 1, "nosuch": 1]) == 0)
            #expect(try await queue.requeueDone(run: "run", leases: ["scene-1": 2, "scene-0": 2]) == 1)
            #expect(try await queue.results(run: "run").map(\.sceneName) == ["scene-0", "scene-2"])
        }
    }

    @Test func aClockThatIsSetBackHoldsNothingUp() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<3))
            let (dead, alive) = (try await queue.registerTestWorker(), try await queue.registerTestWorker())
            let lost = try await queue.claimOne(dead)
            let kept = try await queue.claimOne(alive)
            try await queue.reap()
            // As if all of that had been done while the server's clock was a day ahead.
            for change in [
                "workers SET last_seen_at = last_seen_at + interval '1 day'",
                "reaps SET reaped_at = reaped_at + interval '1 day'",
                "scenes SET available_at = available_at + interval '1 day'",
            ] {
                _ = try await queue.query("setting the clock", "UPDATE \(queue.s).\(change)")
            }
            #expect(try await queue.claim(alive, limit: 1, filter: .test).isEmpty)
            let report = try await queue.reap()
            #expect(
                report.didRun && report.expiredWorkers == 0,
                "nobody is taken for dead because the clock was changed"
            )
            #expect(try await queue.claimOne(alive).sceneName == "scene-2")
            // From now on silence counts as ever.
            try await queue.silence(dead, seconds: queue.timing.expirySeconds + 1)
            _ = try await queue.query("letting time pass", "UPDATE \(queue.s).reaps SET reaped_at = '-infinity'")
            #expect(try await queue.reap().expiredWorkers == 1)
            #expect(try await queue.claimOne(alive).sceneID == lost.sceneID)
            #expect(try await queue.complete(kept.sceneLease, result: .test(kept.sceneLease)))
        }
    }

    @Test func unknownRunsAreNamed() async throws {
        try await TestQueue.with { queue in
            let calls: [@Sendable () async throws -> Void] = [
                { try await queue.cancel(run: "nosuch") }, { try await queue.pause(run: "nosuch") },
                { try await queue.unpause(run: "nosuch") }, { try await queue.retry(run: "nosuch") },
                { try await queue.requeueDone(run: "nosuch", scenes: .all) },
                { _ = try await queue.failures(run: "nosuch") }, { _ = try await queue.results(run: "nosuch") },
            ]
            for call in calls {
                await #expect(throws: JobQueueError.unknownRun("nosuch")) { try await call() }
            }
        }
    }
}
