import Foundation
import PostgresClient
import Testing

@testable import JobQueue

private let measuredSceneCount = ProcessInfo.processInfo.environment["OCC_MEASURE_QUEUE"].flatMap(Int.init)

/// Not tests but measurements, for `docs/queue.md`: `OCC_MEASURE_QUEUE=1000000 swift test --filter QueueMeasurements`.
@Suite(.enabled(if: measuredSceneCount != nil && DisposablePostgresServer.isAvailable, "only when asked for"))
struct QueueMeasurements {
    @Test func measure() async throws {
        let count = try #require(measuredSceneCount)
        try await TestQueue.with { queue in
            let payload = [UInt8](repeating: 7, count: 1024)
            let many = (0..<count).lazy.map { SceneSubmission(name: "s\($0)", sampleCount: 40, payload: payload) }
            try await timed("submit \(count) scenes with 1 KiB payloads") {
                _ = try await queue.submit(
                    .test(),
                    scenes: AsyncStream { continuation in
                        for scene in many { continuation.yield(scene) }
                        continuation.finish()
                    }
                )
            }
            try await timed("submit the same again") {
                _ = try await queue.submit(.test(), scenes: Array(many))
            }
            try await queue.pool.query("ANALYZE \(queue.s).scenes", doing: "measuring")
            let worker = try await queue.registerTestWorker()
            try await timed("status, 200 times") {
                for _ in 0..<200 { _ = try await queue.runStatus("run") }
            }
            try await timed("claim and complete one by one, 500 scenes, one worker") {
                for _ in 0..<500 {
                    let lease = try await queue.claimOne(worker).sceneLease
                    _ = try await queue.complete(lease, result: .test(lease, samples: 40))
                }
            }
            try await timed("claim 4 and complete, 8000 scenes, eight workers") {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<8 {
                        group.addTask {
                            let worker = try await queue.registerTestWorker("host-\(number)")
                            for _ in 0..<250 {
                                for scene in try await queue.claim(worker, limit: 4, filter: .test) {
                                    _ = try await queue.complete(
                                        scene.sceneLease,
                                        result: .test(scene.sceneLease, samples: 40)
                                    )
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            try await timed("heartbeat holding 2 leases, 4000 times, eight workers") {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<8 {
                        group.addTask {
                            let worker = try await queue.registerTestWorker("beat-\(number)")
                            let held = [SceneLease(sceneID: 1, lease: 1), SceneLease(sceneID: 2, lease: 1)]
                            for _ in 0..<500 { _ = try await queue.heartbeat(worker, holding: held) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    private func timed(_ what: String, _ body: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        try await body()
        print(
            "\(what): \(((ContinuousClock.now - start) / .seconds(1)).formatted(.number.precision(.fractionLength(2)))) s"
        )
    }
}
