import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct ClaimTests {
    @Test func claimsByPriorityOfRunThenScene() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test("low"), scenes: scenes(0..<2))
            _ = try await queue.submit(
                .test("high", settings: #"{"a": 1}"#, priority: 5),
                scenes: scenes(0..<2) + scenes(2..<3, priority: 9)
            )
            let worker = try await queue.registerTestWorker()
            let claimed = try await queue.claim(worker, limit: 10, filter: .test)
            #expect(
                claimed.map { "\($0.runName)/\($0.sceneName)" } == [
                    "high/scene-2", "high/scene-0", "high/scene-1", "low/scene-0", "low/scene-1",
                ]
            )
            let first = try #require(claimed.first)
            #expect(first.lease == 1 && first.attempt == 1 && first.payload == [2] && first.sampleCount == 10)
            #expect(first.runSettings == #"{"a": 1}"# && first.earlierLeases == [])
            #expect(try await queue.claim(worker, limit: 10, filter: .test) == [])
        }
    }

    @Test func leavesAloneWhatItMustNotTake() async throws {
        try await TestQueue.with(timing: QueueTiming()) { queue in
            for (name, kind, version) in [
                ("newer", "predict", 2), ("unknown", "train", 1), ("paused", "predict", 1), ("cancelled", "predict", 1),
                ("waiting", "predict", 1), ("good", "predict", 1),
            ] {
                _ = try await queue.submit(.test(name, kind: kind, formatVersion: version), scenes: scenes(0..<1))
            }
            try await queue.pause(run: "paused")
            try await queue.cancel(run: "cancelled")
            let worker = try await queue.registerTestWorker()
            let only = ClaimFilter(formatVersions: ["predict": 1], run: "waiting")
            let scene = try await queue.claim(worker, limit: 5, filter: only).onlyElement()
            // A retry that is not due.
            #expect(try await queue.fail(scene.sceneLease, message: "x", retryable: true) == .retry(afterSeconds: 5))
            #expect(try await queue.claim(worker, limit: 5, filter: .test).map(\.runName) == ["good"])
            try await queue.unpause(run: "paused")
            #expect(try await queue.claim(worker, limit: 5, filter: .test).map(\.runName) == ["paused"])
            let more = ClaimFilter(formatVersions: ["predict": 2, "train": 1])
            #expect(try await queue.claim(worker, limit: 5, filter: more).map(\.runName) == ["newer", "unknown"])
        }
    }

    @Test func manyWorkersNeverShareAScene() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<300))
            let all = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let worker = try await queue.registerTestWorker("host-\(number)")
                        var mine: [Int64] = []
                        while true {
                            let claimed = try await queue.claim(worker, limit: 1 + number % 4, filter: .test)
                            if claimed.isEmpty { return mine }
                            mine += claimed.map(\.sceneID)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(all.count == 300 && Set(all).count == 300)
        }
    }

    @Test func aWorkerWhoseRegistrationEndedClaimsNothing() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<2))
            let expired = try await queue.registerTestWorker()
            try await queue.crash(expired)
            let retired = try await queue.registerTestWorker()
            try await queue.retire(retired)
            for worker in [expired, retired, WorkerID(rawValue: 999)] {
                await #expect(throws: JobQueueError.workerExpired(worker)) {
                    try await queue.claim(worker, limit: 1, filter: .test)
                }
            }
        }
    }

    @Test func earlierLeasesAreNamedForAdoptionUntilTheyAreSpoilt() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<1))
            let worker = try await queue.registerTestWorker()
            let one = try await queue.claimOne(worker)
            #expect(try await queue.release(one.sceneLease, samplesDone: 4))
            let two = try await queue.claimOne(worker)
            #expect(two.earlierLeases == [1] && two.attempt == 1)
            #expect(try await queue.runStatus("run")?.counts.samplesDone == 4)
            _ = try await queue.fail(two.sceneLease, message: "x", retryable: true)
            let three = try await queue.claimOne(worker)
            #expect(three.earlierLeases == [2, 1] && three.attempt == 2 && three.lease == 3)
            #expect(try await queue.complete(three.sceneLease, result: .test(three.sceneLease)))
            #expect(try await queue.requeueDone(run: "run", scenes: .all) == 1)
            let four = try await queue.claimOne(worker)
            #expect(four.earlierLeases == [] && four.lease == 4)
        }
    }

    /// The database took the claim, the answer was lost: the next claim of the worker finds the scenes.
    @Test func aClaimWhoseAnswerWasLostIsFoundAgain() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<4))
            let worker = try await queue.registerTestWorker()
            try await queue.pool.query(
                queue.claimStatement,
                [.int(worker.rawValue), .int(77), .int(2), .texts(["predict"]), .ints([1]), .null],
                doing: "claiming"
            )
            queue.unresolvedClaims.remember(77, of: worker)
            let found = try await queue.claim(worker, limit: 1, filter: .test)
            #expect(found.map(\.sceneName) == ["scene-0"] && found.map(\.lease) == [1])
            // The one too many was given back, and nothing is handed out twice.
            #expect(try await queue.runStatus("run")?.counts.leased == 1)
            let next = try await queue.claim(worker, limit: 9, filter: .test)
            #expect(next.map(\.sceneName) == ["scene-1", "scene-2", "scene-3"])
        }
    }
}
