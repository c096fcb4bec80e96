import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct SubmissionTests {
    private struct Interruption: Error {}

    @Test func theSameSubmissionAgainIsAResume() async throws {
        try await TestQueue.with { queue in
            let run = RunSubmission.test(settings: #"{"model": "a", "split": ["x", 1.5]}"#, maximumAttempts: 1)
            let first = try await queue.submit(run, scenes: scenes(0..<6))
            #expect(first.isNewRun && first.inserted == 6 && first.total == 6)

            let worker = try await queue.registerTestWorker()
            let claimed = try await queue.claim(worker, limit: 4, filter: .test)
            #expect(try await queue.complete(claimed[0].sceneLease, result: .test(claimed[0].sceneLease)))
            _ = try await queue.fail(claimed[1].sceneLease, message: "no", retryable: true)
            _ = try await queue.fail(claimed[2].sceneLease, message: "no", retryable: false)

            // Two new scenes, and the settings written otherwise.
            var again = run
            again.settings = #"{ "split":["x",1.50], "model":"a" }"#
            again.maximumAttempts = 5
            let second = try await queue.submit(again, scenes: scenes(0..<8))
            #expect(!second.isNewRun && second.runID == first.runID)
            #expect(
                second.inserted == 2 && second.alreadyDone == 1 && second.alreadyQueued == 3 && second.requeued == 2
            )
            let status = try #require(try await queue.runStatus("run"))
            #expect(status.counts == SceneCounts(queued: 6, leased: 1, done: 1, samplesTotal: 80, samplesDone: 10))
            #expect(status.settings == run.settings && status.maximumAttempts == 5)
        }
    }

    @Test func aCancelledRunIsTakenUpAgain() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<3))
            #expect(try await queue.cancel(run: "run") == 3)
            #expect(try await queue.runStatus("run")?.state == .cancelled)
            let report = try await queue.submit(.test(), scenes: scenes(0..<3))
            #expect(report.requeued == 3 && report.runState == .active)
            try await queue.pause(run: "run")
            #expect(try await queue.submit(.test(), scenes: scenes(0..<3)).runState == .paused)
        }
    }

    @Test func otherWorkUnderTheSameNameIsRefused() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(settings: #"{"model": "a", "n": 1}"#), scenes: scenes(0..<1))
            let others: [(RunSubmission, String)] = [
                (.test(settings: #"{"model": "b", "n": 1}"#), #"model = "a" (now "b")"#),
                (.test(settings: #"{"model": "a"}"#), "n = 1 (now absent)"),
                (.test(settings: #"{"model": "a", "n": 1}"#, kind: "other"), #"kind "predict" (now "other")"#),
                (.test(settings: #"{"model": "a", "n": 1}"#, formatVersion: 2), "format version 1 (now 2)"),
            ]
            for (run, difference) in others {
                let error = await #expect(throws: JobQueueError.self) {
                    try await queue.submit(run, scenes: scenes(0..<9))
                }
                #expect(error?.description.contains(difference) == true)
            }
            #expect(try await queue.runStatus("run")?.counts.scenes == 1)
        }
    }

    @Test func manySubmittersAtOnceInsertEachSceneOnce() async throws {
        try await TestQueue.with { queue in
            try await withThrowingTaskGroup(of: SubmissionReport.self) { group in
                for offset in 0..<6 {
                    group.addTask { try await queue.submit(.test(), scenes: scenes(offset * 50..<offset * 50 + 200)) }
                }
                var inserted = 0
                var new = 0
                for try await report in group {
                    inserted += report.inserted
                    new += report.isNewRun ? 1 : 0
                    #expect(report.total == 200)
                }
                #expect(inserted == 450 && new == 1)
            }
            #expect(try await queue.runStatus("run")?.counts.queued == 450)
        }
    }

    @Test func anErrorInTheSequenceLeavesNothingBehind() async throws {
        try await TestQueue.with { queue in
            let (stream, continuation) = AsyncThrowingStream.makeStream(of: SceneSubmission.self)
            for scene in scenes(0..<5) { continuation.yield(scene) }
            continuation.finish(throwing: Interruption())
            await #expect(throws: Interruption.self) { try await queue.submit(.test(), scenes: stream) }
            await #expect(throws: JobQueueError.self) {
                try await queue.submit(.test(), scenes: scenes(0..<2) + scenes(1..<2))
            }
            await #expect(throws: JobQueueError.self) {
                try await queue.submit(
                    .test(),
                    scenes: scenes(0..<2) + [SceneSubmission(name: "../x", sampleCount: 1, payload: [])]
                )
            }
            let runs = try await queue.listRuns()
            #expect(runs == [])
        }
    }

    @Test(arguments: [
        RunSubmission.test(""), .test(".hidden"), .test("a/b"), .test("-x"), .test(String(repeating: "x", count: 129)),
        .test(settings: "[]"), .test(settings: "{"), .test(priority: 1001), .test(maximumAttempts: 0), .test(kind: ""),
        .test(formatVersion: -1),
    ])
    func nonsenseIsRefusedBeforeTheDatabaseSeesIt(run: RunSubmission) async throws {
        let pool = ConnectionPool(configuration: try PostgresConfiguration(connectionString: "host=/nonexistent"))
        let queue = try JobQueue(pool: pool)
        await #expect(throws: JobQueueError.self) { try await queue.submit(run, scenes: []) }
    }
}
