import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

/// Why workers left and scenes came back, how fast work goes, and what is left to do.
@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct DepartureTests {
    private func message(_ queue: JobQueue, _ lease: SceneLease) async throws -> String? {
        try await queue.query(
            "reading",
            "SELECT message FROM \(queue.s).attempts WHERE scene_id = $1 AND lease = $2",
            [.int(lease.sceneID), .int(lease.lease)]
        ).single().optional("message")
    }

    @Test func aReleasedAttemptCarriesItsReason() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<4))
            let worker = try await queue.registerTestWorker("h")
            let leases = try await queue.claim(worker, limit: 4, filter: .test).map(\.sceneLease)
            #expect(try await queue.release(leases[0], samplesDone: 2, reason: "no space left on device"))
            #expect(try await queue.release(leases[1], samplesDone: 2, reason: "no space left on device"))
            #expect(try await queue.release(leases[2], samplesDone: 0))
            try await queue.retire(worker, reason: "the host cannot go on\u{0}")
            #expect(try await message(queue, leases[0]) == "no space left on device")
            #expect(try await message(queue, leases[2]) == nil)
            #expect(try await message(queue, leases[3]) == "the host cannot go on")
            let releases = try await queue.releases(run: "run")
            #expect(releases.map(\.reason) == ["no space left on device", "the host cannot go on"])
            #expect(releases.map(\.scenes) == [2, 1] && releases.map(\.host) == ["h", "h"])
            #expect(try await queue.failures(run: "run") == [], "no scene is at fault")
            // Once it is worked on again, what was is history.
            let other = try await queue.registerTestWorker("h")
            _ = try await queue.claim(other, limit: 4, filter: .test)
            #expect(try await queue.releases(run: "run") == [])
        }
    }

    @Test func workersThatLeftSayWhy() async throws {
        try await TestQueue.with { queue in
            let told = try await queue.registerTestWorker("a")
            try await queue.retire(told, reason: "disk full")
            // What is said again changes nothing.
            try await queue.retire(told, reason: "else")
            let silent = try await queue.registerTestWorker("b")
            try await queue.crash(silent)
            _ = try await queue.registerTestWorker("c", identity: "mine")
            try await queue.reportDeath(identity: "mine", cause: "killed by signal 9 (SIGKILL)")
            // Vanished while nobody was left to take its scenes back.
            let last = try await queue.registerTestWorker("e")
            try await queue.silence(last, seconds: 31)
            let overdue = try #require(try await queue.workers().first { $0.id == last })
            #expect(overdue.state == .expired && overdue.samplesPerSecond == 0 && (overdue.goneSeconds ?? 0) >= 31)
            #expect(overdue.reason.hasPrefix("vanished: nothing was heard of it for 3"))
            try await queue.retire(last)
            let live = try await queue.registerTestWorker("d")
            let workers = try await queue.workers()
            #expect(workers.map(\.description.host) == ["d", "e", "c", "b", "a"])
            #expect(workers[0].id == live && workers[0].leftAt == nil && workers[0].reason == "")
            #expect(workers[0].goneSeconds == nil)
            #expect(workers[2].reason == "killed by signal 9 (SIGKILL)")
            #expect(workers[3].reason.hasPrefix("vanished: nothing was heard of it for 3"))
            #expect(workers[4].reason == "disk full")
            #expect(workers.dropFirst().allSatisfy { $0.leftAt != nil && ($0.goneSeconds ?? -1) >= 0 })
        }
    }

    @Test func theRateComesFromWhatLiveWorkersReport() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test("one"), scenes: scenes(0..<2))
            _ = try await queue.submit(.test("two"), scenes: scenes(0..<2))
            let ids = try await queue.listRuns().sorted { $0.name < $1.name }.map(\.runID)
            let first = try await queue.registerWorker(
                WorkerDescription(host: "h", pid: 1, slots: 2, version: "1", kernels: "avx2")
            )
            let second = try await queue.registerTestWorker("g")
            #expect(try await queue.runStatus("one")?.samplesPerSecond == nil)
            let report = WorkerReport(
                note: "n",
                samplesPerSecond: [ids[0]: 1.25, ids[1]: 0.5],
                samplesComputed: 7,
                scenesFailed: 1,
                writesRefused: 2,
                freeBytes: 1 << 40
            )
            _ = try await queue.heartbeat(first, holding: [], report: report)
            _ = try await queue.heartbeat(second, holding: [], report: WorkerReport(samplesPerSecond: [ids[0]: 0.75]))
            #expect(try await queue.runStatus("one")?.samplesPerSecond == 2, "no scene is finished, samples are")
            #expect(try await queue.listRuns().map(\.samplesPerSecond) == [0.5, 2])
            let worker = try #require(try await queue.workers().first { $0.id == first })
            #expect(worker.report == report && worker.description.kernels == "avx2")
            #expect(worker.samplesPerSecond == 1.75)
            // A beat that knows of no free space keeps what was known.
            _ = try await queue.heartbeat(first, holding: [])
            #expect(try await queue.workers().first { $0.id == first }?.report.freeBytes == 1 << 40)
            #expect(try await queue.runStatus("one")?.samplesPerSecond == 0.75)
            try await queue.silence(second, seconds: 31)
            #expect(try await queue.runStatus("one")?.samplesPerSecond == nil, "a silent worker computes nothing")
        }
    }

    @Test func whatLiesAhead() async throws {
        try await TestQueue.with { queue in
            func ahead(_ filter: ClaimFilter = .test) async throws -> [Bool] {
                [try await queue.hasOpenScenes(filter), try await queue.hasOpenScenes(run: filter.run)]
            }
            let one = ClaimFilter(formatVersions: ["predict": 1], run: "run")
            #expect(try await ahead() == [false, false])
            _ = try await queue.submit(.test("newer", formatVersion: 2), scenes: scenes(0..<1))
            _ = try await queue.submit(.test("other", kind: "else"), scenes: scenes(0..<1))
            #expect(try await ahead() == [false, true])
            #expect(try await ahead(one) == [false, false])
            #expect(try await ahead(ClaimFilter(formatVersions: [:])) == [false, true])
            _ = try await queue.submit(.test(), scenes: scenes(0..<1))
            #expect(try await ahead() == [true, true])
            #expect(try await ahead(one) == [true, true])
            try await queue.pause(run: "run")
            #expect(try await ahead(one) == [true, true], "a paused run goes on some time")
            try await queue.unpause(run: "run")
            let worker = try await queue.registerTestWorker()
            let scene = try await queue.claimOne(worker)
            #expect(try await ahead(one) == [true, true], "what another holds may come back")
            #expect(try await !queue.isFinished(runID: scene.runID))
            _ = try await queue.fail(scene.sceneLease, message: "x", retryable: true)
            _ = try await queue.query("waiting", "UPDATE \(queue.s).scenes SET available_at = now() + interval '1 h'")
            #expect(try await ahead(one) == [true, true], "what waits for its retry comes")
            _ = try await queue.query("waiting", "UPDATE \(queue.s).scenes SET available_at = now()")
            let again = try await queue.claim(worker, limit: 1, filter: one).onlyElement()
            #expect(try await queue.complete(again.sceneLease, result: .test(again.sceneLease)))
            #expect(try await ahead(one) == [false, false])
            #expect(try await queue.isFinished(runID: scene.runID))
        }
    }

    @Test func asciiHoldsEveryText() {
        #expect(
            JobQueue.ascii("/mnt/данные/a\u{301}.jpg: x")
                == "/mnt/\\u{434}\\u{430}\\u{43d}\\u{43d}\\u{44b}\\u{435}/a\\u{301}.jpg: x"
        )
        #expect(JobQueue.ascii("plain") == "plain")
    }
}
