import Foundation
import JobQueue
import PostgresClient

/// One worker process for `ops/bench/queue/zombie`: it claims a scene, holds it until a file appears, and completes it.
struct HeldWorker {
    let name: String
    let folder: String
    let expirySeconds: Double
    let schema: String
    let connectionString: String

    init(_ options: Options) throws {
        name = try options.text("name")
        folder = try options.text("folder")
        expirySeconds = try options.seconds("expiry", 3)
        schema = try options.text("schema", "queue_load")
        connectionString = try options.text("database")
    }

    func run() async throws -> [(String, String)] {
        let configuration = try PostgresConfiguration(connectionString: connectionString)
        let timing = QueueTiming(
            heartbeatIntervalSeconds: expirySeconds / 3,
            expirySeconds: expirySeconds,
            reapIntervalSeconds: 0.5
        )
        let queue = try JobQueue(pool: ConnectionPool(configuration: configuration), schema: schema, timing: timing)
        try await queue.migrate()
        // Whoever is first submits the scene; the other finds it there.
        _ = try await queue.submit(
            RunSubmission(name: "run", settings: "{}", kind: "predict", formatVersion: 1),
            scenes: [SceneSubmission(name: "scene", sampleCount: 1, payload: [])]
        )
        let worker = try await Simulant(queue: queue, heartbeats: queue, number: 1).register()
        var held: ClaimedScene?
        var lastBeat = ContinuousClock.now
        while true {
            try await queue.reap()
            if held == nil {
                held = try await queue.claim(worker, limit: 1, filter: Simulant.filter).first
                if let held { FileHandle.standardOutput.write(Data("claimed \(held.sceneID)\n".utf8)) }
            }
            // An `occ-worker` stops itself when its beats stay away; this one goes on, to show that the queue is safe without.
            if ContinuousClock.now - lastBeat > .seconds(expirySeconds / 3) {
                lastBeat = .now
                _ = try await queue.heartbeat(worker, holding: held.map { [$0.sceneLease] } ?? [])
            }
            if let held, FileManager.default.fileExists(atPath: "\(folder)/release-\(name)") {
                let accepted = try await queue.complete(held.sceneLease, result: Simulant.result(of: held))
                return [("accepted", "\(accepted)"), ("lease", "\(held.lease)")]
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
