import Foundation
import JobQueue

/// A worker that does what `occ-worker` does to the queue, without computing anything.
struct Simulant: Sendable {
    let queue: JobQueue
    /// The same queue, by the connection that heartbeats have to themselves.
    let heartbeats: JobQueue
    let number: Int

    static let filter = ClaimFilter(formatVersions: ["predict": 1])

    func register() async throws -> WorkerID {
        try await queue.registerWorker(
            WorkerDescription(host: "host-\(number)", pid: number, slots: 1, version: "load")
        )
    }

    /// Claims and completes without pause until the budget is used up.
    func work(batch: Int, budget: Budget, claims: Latencies, completions: Latencies) async throws {
        let worker = try await register()
        let beating = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(queue.timing.heartbeatIntervalSeconds))
                _ = try await heartbeats.heartbeat(worker, holding: [])
            }
        }
        defer { beating.cancel() }
        while true {
            let wanted = budget.take(batch)
            guard wanted > 0 else { return }
            var claimed = 0
            while claimed < wanted {
                let scenes = try await claims.time {
                    try await queue.claim(worker, limit: wanted - claimed, filter: Self.filter)
                }
                for scene in scenes {
                    let accepted = try await completions.time {
                        try await queue.complete(scene.sceneLease, result: Self.result(of: scene))
                    }
                    guard accepted else { throw Failure("the completion of scene \(scene.sceneID) was refused") }
                }
                claimed += scenes.count
                guard !scenes.isEmpty else { throw Failure("the queue was empty before its scenes were done") }
            }
        }
    }

    static func result(of scene: ClaimedScene) -> SceneResult {
        SceneResult(
            fileName: "\(scene.sceneName).\(scene.lease).occ.lz4",
            byteCount: 1 << 20,
            sampleCount: scene.sampleCount,
            digest: String(repeating: "0", count: 64),
            inferenceSeconds: 1,
            elapsedSeconds: 1,
            computedSampleCount: scene.sampleCount
        )
    }
}
