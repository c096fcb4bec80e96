import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

@Suite("What machines watch", .enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL"))
struct ReadingTests {
    @Test("Counts, troubles and workers by what became of them, in one reading")
    func everything() async throws {
        try await TestQueue.with { queue in
            #expect(try await queue.reading() == QueueReading())
            _ = try await queue.submit(.test("one"), scenes: scenes(0..<4))
            let workers = try await [
                queue.registerTestWorker("a"), queue.registerTestWorker("b"), queue.registerTestWorker("c"),
                queue.registerTestWorker("d"), queue.registerTestWorker("e"),
            ]
            let failing = try await queue.claimOne(workers[0])
            #expect(try await queue.fail(failing.sceneLease, message: "bad", retryable: true) != nil)
            _ = try await queue.claimOne(workers[1])
            try await queue.crash(workers[1])
            let done = try await queue.claim(workers[0], limit: 2, filter: .test)
            #expect(try await queue.complete(done[0].sceneLease, result: .test(done[0].sceneLease)))
            try await queue.retire(workers[2], reason: DepartureReason.stopped)
            try await queue.retire(workers[3], reason: "the disk is full")
            try await queue.retire(workers[4], reason: DepartureReason.registeredAnew)
            _ = try await queue.submit(.test("two"), scenes: scenes(0..<1))
            try await queue.pause(run: "two")

            let reading = try await queue.reading()
            #expect(reading.workers == QueueReading.Workers(live: 1, stopped: 1, done: 0, troubled: 1, vanished: 1))
            #expect(reading.runs.map(\.name) == ["two", "one"] && reading.runs.map(\.state) == [.paused, .active])
            let one = reading.runs[1]
            #expect(one.errors == 1 && one.crashes == 1)
            #expect(one.counts == (try await queue.runStatus("one")?.counts) && one.counts.done == 1)
            #expect(reading.runs[0].counts.queued == 1 && reading.runs[0].secondsRemaining == nil)
            // A worker that nobody has looked for yet.
            try await queue.silence(workers[0], seconds: queue.timing.expirySeconds + 1)
            #expect(try await queue.reading().workers.live == 0)
            #expect(try await queue.reading().workers.vanished == 2)
            #expect(try await queue.reading(departureSeconds: 0).workers == QueueReading.Workers())
        }
    }

    @Test("Of old runs only those that have work are given, and never more than was asked for")
    func bounds() async throws {
        try await TestQueue.with { queue in
            for name in ["old", "open", "new"] { _ = try await queue.submit(.test(name), scenes: scenes(0..<1)) }
            _ = try await queue.cancel(run: "old")
            _ = try await queue.cancel(run: "new")
            _ = try await queue.query(
                "ageing runs",
                "UPDATE \(queue.s).runs SET created_at = now() - interval '2 days' WHERE name <> 'new'"
            )
            #expect(try await queue.reading().runs.map(\.name) == ["open", "new"])
            #expect(try await queue.reading(mostRuns: 1).runs.map(\.name) == ["open"])
            #expect(try await queue.reading(recentSeconds: 200_000).runs.map(\.name) == ["open", "new", "old"])
        }
    }

    @Test("A role that may only read is enough")
    func readOnly() async throws {
        try await TestQueue.with { queue in
            let role = "reader_\(UInt32.random(in: 0...UInt32.max))"
            func say(_ statement: String) async throws { _ = try await queue.query("preparing a role", statement) }
            try await say("CREATE ROLE \(role)")
            try await say("GRANT USAGE ON SCHEMA \(queue.s) TO \(role)")
            try await say("GRANT SELECT ON ALL TABLES IN SCHEMA \(queue.s) TO \(role)")
            let pool = ConnectionPool(configuration: queue.pool.configuration, maximumConnections: 1, role: role)
            let reader = try JobQueue(pool: pool, schema: queue.schema)
            #expect(try await reader.reading() == QueueReading())
            await #expect(throws: PostgresError.self) { try await reader.registerTestWorker() }
            await pool.close()
            try await say("DROP OWNED BY \(role)")
            try await say("DROP ROLE \(role)")
        }
    }
}
