import Foundation
import JobQueue
import PostgresClient
import Synchronization

/// Many workers over real time: first idle, then with scenes that take a while each.
struct Fleet {
    let workers: Int
    let idleSeconds: Double
    let busySeconds: Double
    let sceneSeconds: Double
    let schema: String
    let connectionString: String
    /// Where workers connect: PgBouncer, say; each with the connections an `occ-worker` opens.
    let workersConnectionString: String?

    init(_ options: Options) throws {
        workers = try options.number("workers", 2000)
        idleSeconds = try options.seconds("idle", 30)
        busySeconds = try options.seconds("busy", 30)
        sceneSeconds = try options.seconds("scene-seconds", 10)
        schema = try options.text("schema", "queue_load")
        connectionString = try options.text("database")
        let pooler = try options.text("pooler", "")
        workersConnectionString = pooler.isEmpty ? nil : pooler
    }

    func run() async throws -> [(String, String)] {
        let configuration = try PostgresConfiguration(connectionString: connectionString)
        let pool = ConnectionPool(configuration: configuration, maximumConnections: 4)
        let machine = Machine(pool: pool)
        let queue = try JobQueue(pool: pool, schema: schema)
        try await pool.query("DROP SCHEMA IF EXISTS \"\(schema)\" CASCADE", doing: "starting anew")
        try await queue.migrate()
        let shared = ConnectionPool(configuration: configuration, maximumConnections: 60, waitTimeoutSeconds: 120)
        let fleetConfiguration = try workersConnectionString.map(PostgresConfiguration.init(connectionString:))

        let phase = Phase()
        var report: [(String, String)] = [("workers", "\(workers)")]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<workers {
                let own = fleetConfiguration.map {
                    (ConnectionPool(configuration: $0), ConnectionPool(configuration: $0, maximumConnections: 1))
                }
                let worker = Simulant(
                    queue: try JobQueue(pool: own?.0 ?? shared, schema: schema),
                    heartbeats: try JobQueue(pool: own?.1 ?? shared, schema: schema),
                    number: number
                )
                let sceneSeconds = sceneSeconds
                group.addTask { await worker.serve(sceneSeconds: sceneSeconds, phase) }
            }
            // Until all are registered and their polls have slowed down.
            try await Task.sleep(for: .seconds(20))
            report += try await measure(machine, "idle", seconds: idleSeconds, phase.idle)
            let count = Int(Double(workers) * busySeconds / sceneSeconds) * 2
            let submission = RunSubmission(name: "run", settings: "{}", kind: "predict", formatVersion: 1)
            _ = try await queue.submit(submission, scenes: Throughput.scenes(count, payloadBytes: 1024))
            // Until the workers have found it and their scenes no longer end all at once.
            try await Task.sleep(for: .seconds(10))
            phase.isBusy.store(true, ordering: .relaxed)
            report += try await measure(machine, "busy", seconds: busySeconds, phase.busy)
            let live = try await queue.workers().count { $0.state == .live }
            report.append(("live_workers", "\(live)"))
            group.cancelAll()
            while (try? await group.next()) != nil {}
        }
        for text in phase.idle.failures.withLock({ $0 }) + phase.busy.failures.withLock({ $0 }) {
            FileHandle.standardError.write(Data("a call failed: \(text)\n".utf8))
        }
        return report
    }

    private func measure(
        _ machine: Machine,
        _ name: String,
        seconds: Double,
        _ record: Phase.Record
    ) async throws -> [(String, String)] {
        let cpuBefore = try await machine.serverSeconds()
        let transactionsBefore = try await machine.transactions()
        let start = ContinuousClock.now
        try await Task.sleep(for: .seconds(seconds))
        let transactions = try await machine.transactions()
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        let cpu = try await machine.serverSeconds()
        // The first reading of the CPU lies one wait for the statistics before the clock's.
        let percent = cpu.flatMap { end in cpuBefore.map { (end - $0) / (elapsed + 1.1) * 100 } } ?? 0
        return [
            ("\(name)_queries_per_second", format(Double(transactions - transactionsBefore) / elapsed)),
            ("\(name)_server_cpu_percent_of_one_core", format(percent)),
            ("\(name)_scenes_per_second", format(Double(record.completions.count) / elapsed)),
            ("\(name)_claim_p50_ms", format(record.claims.milliseconds(0.5))),
            ("\(name)_claim_p99_ms", format(record.claims.milliseconds(0.99))),
            ("\(name)_empty_claim_p50_ms", format(record.emptyClaims.milliseconds(0.5))),
            ("\(name)_empty_claim_p99_ms", format(record.emptyClaims.milliseconds(0.99))),
            ("\(name)_complete_p50_ms", format(record.completions.milliseconds(0.5))),
            ("\(name)_complete_p99_ms", format(record.completions.milliseconds(0.99))),
            ("\(name)_beat_p50_ms", format(record.beats.milliseconds(0.5))),
            ("\(name)_beat_p99_ms", format(record.beats.milliseconds(0.99))),
            ("\(name)_beats", "\(record.beats.count)"),
            ("\(name)_refused", "\(record.refused.withLock { $0 })"),
        ]
    }
}
