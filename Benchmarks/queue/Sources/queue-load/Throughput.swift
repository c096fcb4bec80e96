import Foundation
import JobQueue
import PostgresClient

/// Submits many scenes, lets workers claim and complete them without doing anything, and says how fast that went.
struct Throughput {
    let scenes: Int
    let payloadBytes: Int
    let workers: Int
    let connections: Int
    let batch: Int
    /// Scenes to complete; the rest stays in the queue.
    let limit: Int
    let schema: String
    let connectionString: String

    init(_ options: Options) throws {
        scenes = try options.number("scenes", 20_000)
        payloadBytes = try options.number("payload", 1024)
        workers = try options.number("workers", 8)
        connections = try options.number("connections", 8)
        batch = try options.number("batch", 4)
        limit = try options.number("limit", .max)
        schema = try options.text("schema", "queue_load")
        connectionString = try options.text("database")
    }

    func run() async throws -> [(String, String)] {
        let configuration = try PostgresConfiguration(connectionString: connectionString)
        let pool = ConnectionPool(
            configuration: configuration,
            maximumConnections: connections,
            waitTimeoutSeconds: 300
        )
        let machine = Machine(pool: pool)
        let queue = try JobQueue(pool: pool, schema: schema)
        try await pool.query("DROP SCHEMA IF EXISTS \"\(schema)\" CASCADE", doing: "starting anew")
        try await queue.migrate()

        let submission = RunSubmission(name: "run", settings: "{}", kind: "predict", formatVersion: 1)
        let memoryBefore = Machine.peakMemoryMiB
        let submitting = try await elapsed {
            _ = try await queue.submit(submission, scenes: Self.scenes(scenes, payloadBytes: payloadBytes))
        }
        let memorySubmitting = Machine.peakMemoryMiB
        let fresh = try await machine.tableBytes(schema: schema)

        let claims = Latencies()
        let completions = Latencies()
        let statuses = Latencies()
        let budget = Budget(min(limit, scenes))
        let cpuBefore = try await machine.serverSeconds()
        let working = try await elapsed {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<workers {
                    group.addTask {
                        let worker = Simulant(queue: queue, heartbeats: queue, number: number)
                        try await worker.work(batch: batch, budget: budget, claims: claims, completions: completions)
                    }
                }
                let watcher = Task {
                    while !Task.isCancelled {
                        try await Task.sleep(for: .seconds(0.5))
                        _ = try await statuses.time { try await queue.runStatus("run") }
                    }
                }
                try await group.waitForAll()
                watcher.cancel()
            }
        }
        let cpu = try await machine.serverSeconds()
        let used = try await machine.tableBytes(schema: schema)
        let done = try await queue.runStatus("run")?.counts.done ?? 0
        guard done == min(limit, scenes) else {
            throw Failure("\(done) scenes are done instead of \(min(limit, scenes))")
        }
        // Fresh means: the same rows, written anew.
        for table in ["scenes", "attempts", "results", "workers", "run_counters"] {
            try await pool.query("VACUUM FULL \"\(schema)\".\(table)", doing: "rewriting", timeoutSeconds: 600)
        }
        let rewritten = try await machine.tableBytes(schema: schema)
        await pool.close()

        func mebibytes(_ bytes: [String: Int]) -> Double { Double(bytes.values.reduce(0, +)) / 1_048_576 }
        var report: [(String, String)] = [
            ("scenes", "\(scenes)"), ("done", "\(done)"), ("submit_seconds", format(submitting)),
            ("submit_rate", format(Double(scenes) / submitting)), ("work_rate", format(Double(done) / working)),
            ("claim_p50_ms", format(claims.milliseconds(0.5))), ("claim_p99_ms", format(claims.milliseconds(0.99))),
            ("complete_p50_ms", format(completions.milliseconds(0.5))),
            ("complete_p99_ms", format(completions.milliseconds(0.99))),
            ("status_p50_ms", format(statuses.milliseconds(0.5))), ("status_max_ms", format(statuses.milliseconds(1))),
            ("memory_start_mib", format(memoryBefore)), ("memory_submit_mib", format(memorySubmitting)),
            ("memory_end_mib", format(Machine.peakMemoryMiB)),
            ("mib_submitted", format(mebibytes(fresh))), ("mib_after", format(mebibytes(used))),
            ("mib_rewritten", format(mebibytes(rewritten))),
        ]
        if let cpu, let cpuBefore { report.append(("server_cpu_percent", format((cpu - cpuBefore) / working * 100))) }
        for table in ["scene_inputs", "scenes", "attempts", "results", "run_counters"] {
            let sizes = [fresh, used, rewritten].map { format(Double($0[table] ?? 0) / 1_048_576) }
            report.append(("mib_\(table)", "\"\(sizes.joined(separator: " "))\""))
        }
        return report
    }

    /// Made on the way, as a scheduler makes them from its tables: nothing holds them all.
    static func scenes(_ count: Int, payloadBytes: Int) -> some Sequence<SceneSubmission> & Sendable {
        let payload = [UInt8](repeating: 7, count: payloadBytes)
        return (0..<count).lazy.map { @Sendable in
            SceneSubmission(name: "scene-\($0)", sampleCount: 40, payload: payload)
        }
    }
}

func elapsed(_ body: () async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - start) / .seconds(1)
}

func format(_ number: Double) -> String {
    String(format: number >= 100 ? "%.0f" : number >= 10 ? "%.1f" : "%.2f", number)
}
