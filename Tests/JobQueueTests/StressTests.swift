import Foundation
import PostgresClient
import Testing

@testable import JobQueue

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
}
