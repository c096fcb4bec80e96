import Foundation
import TestSupport
import Testing

@testable import JobQueue
@testable import PostgresClient

@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct StressTests {
    @Test func everySceneIsAcceptedOnce() async throws {
        // A seed repeats each worker's decisions; how the workers interleave is the machine's.
        let environment = ProcessInfo.processInfo.environment["OCC_TEST_SEED"].flatMap(UInt64.init)
        let seed = environment ?? UInt64.random(in: 0...UInt64.max)
        print("OCC_TEST_SEED=\(seed)")
        try await TestQueue.with { queue in
            try await Simulation(queue: queue, seed: seed, workerCount: 8, sceneCount: 250).run()
        }
    }

    /// The same while the server is killed and started again: every call rides it out, no scene is lost or accepted twice.
    @Test func everySceneIsAcceptedOnceThoughTheServerIsKilled() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        let folder = "/tmp/occ-restart-test-\(seed)"
        try DisposablePostgresServer.endWithThisProcess(folder)
        let server = try await PrivatePostgresServer.start(dataDirectory: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            let pool = ConnectionPool(
                configuration: try PostgresConfiguration(connectionString: server.connectionString),
                maximumConnections: 10
            )
            let queue = try JobQueue(pool: pool, timing: TestQueue.timing)
            try await queue.migrate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await Simulation(queue: queue, seed: seed, workerCount: 6, sceneCount: 200).run()
                }
                group.addTask {
                    for _ in 0..<3 {
                        try await Task.sleep(for: .milliseconds(400))
                        let file = try String(contentsOfFile: folder + "/pgdata/postmaster.pid", encoding: .utf8)
                        let pid = try #require(file.split(separator: "\n").first.flatMap { pid_t($0) })
                        kill(pid, SIGKILL)
                        try await Task.sleep(for: .milliseconds(100))
                        _ = try await PrivatePostgresServer.start(dataDirectory: folder)
                    }
                }
                try await group.waitForAll()
            }
            await pool.close()
        } catch {
            try? await server.stop()
            throw error
        }
        try await server.stop()
    }
}
