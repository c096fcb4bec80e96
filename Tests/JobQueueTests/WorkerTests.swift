import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct WorkerTests {
    @Test func heartbeatsSayWhichLeasesToStop() async throws {
        try await TestQueue.with { queue in
            for name in ["fine", "paused", "cancelled"] {
                _ = try await queue.submit(.test(name), scenes: scenes(0..<1))
            }
            let worker = try await queue.registerTestWorker()
            let claimed = try await queue.claim(worker, limit: 3, filter: .test)
            #expect(claimed.map(\.runName) == ["fine", "paused", "cancelled"])
            let leases = claimed.map(\.sceneLease)
            let unknown = SceneLease(sceneID: 999_999, lease: 1)
            #expect(try await queue.heartbeat(worker, holding: leases) == HeartbeatReply(isAlive: true, revoked: []))
            #expect(try await queue.heartbeat(worker, holding: []).revoked == [])

            try await queue.pause(run: "paused")
            #expect(try await queue.cancel(run: "cancelled") == 1)
            let reply = try await queue.heartbeat(worker, holding: leases + [unknown])
            #expect(reply.isAlive)
            #expect(
                Set(reply.revoked) == [
                    .init(lease: leases[1], reason: .runPaused), .init(lease: leases[2], reason: .runCancelled),
                    .init(lease: unknown, reason: .lost),
                ]
            )
            // What was paused is given back with its samples, what was cancelled is refused, what goes on is accepted.
            #expect(try await queue.release(leases[1], samplesDone: 2))
            #expect(try await queue.complete(leases[2], result: .test(leases[2])) == false)
            #expect(try await queue.complete(leases[0], result: .test(leases[0])))
            #expect(try await queue.heartbeat(worker, holding: [leases[0]]).revoked == [])
            #expect(try await queue.claim(worker, limit: 9, filter: .test) == [])
        }
    }

    /// The answer to a claim that is lost leaves scenes with a worker that does not know of them: its heartbeat says so.
    @Test func heartbeatsNameTheScenesThatTheWorkerDoesNotKnowOf() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<3))
            let worker = try await queue.registerTestWorker()
            let other = try await queue.registerTestWorker()
            let claimed = try await queue.claim(worker, limit: 2, filter: .test).map(\.sceneLease)
            _ = try await queue.claimOne(other)
            #expect(try await queue.heartbeat(worker, holding: claimed).strays == [])
            let reply = try await queue.heartbeat(worker, holding: [claimed[1]])
            #expect(reply == HeartbeatReply(isAlive: true, revoked: [], strays: [claimed[0]]))
            // Named under an old lease it is both lost and a stray.
            let old = SceneLease(sceneID: claimed[0].sceneID, lease: 0)
            #expect(
                try await queue.heartbeat(worker, holding: [old, claimed[1]])
                    == HeartbeatReply(
                        isAlive: true,
                        revoked: [.init(lease: old, reason: .lost)],
                        strays: [claimed[0]]
                    )
            )
            #expect(try await queue.release(claimed[0], samplesDone: 0))
            #expect(try await queue.heartbeat(worker, holding: [claimed[1]]).strays == [])
            #expect(try await queue.claimOne(other).attempt == 1, "giving a stray back burns no attempt")
            try await queue.retire(worker)
            #expect(try await queue.heartbeat(worker, holding: []) == HeartbeatReply(isAlive: false, revoked: []))
        }
    }

    @Test func heartbeatsCarryANoteForPeople() async throws {
        try await TestQueue.with { queue in
            let worker = try await queue.registerTestWorker("h", identity: "i")
            #expect(try await queue.workers().onlyElement().note == "")
            _ = try await queue.heartbeat(worker, holding: [], report: WorkerReport(note: "claims nothing\u{0}: why"))
            let status = try await queue.workers().onlyElement()
            #expect(status.note == "claims nothing: why" && status.description.identity == "i")
            _ = try await queue.heartbeat(worker, holding: [])
            #expect(try await queue.workers().onlyElement().note == "")
        }
    }

    @Test func threeCrashesQuarantineAndTheHistoryKeepsTheLastWords() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<2))
            for crash in 1...3 {
                let worker = try await queue.registerTestWorker("host-\(crash)")
                let scene = try await queue.claimOne(worker)
                #expect(scene.sceneName == "scene-0" && scene.attempt == crash)
                _ = try await queue.reportProgress(scene.sceneLease, samplesDone: crash)
                #expect(try await queue.reap().requeuedScenes == 0)
                try await queue.silence(worker, seconds: 15)
                #expect(try await queue.reap().expiredWorkers == 0)
                try await queue.silence(worker, seconds: 20)
                let report = try await queue.reap()
                #expect(report.didRun && report.expiredWorkers == 1)
                #expect(report.requeuedScenes == (crash < 3 ? 1 : 0) && report.quarantinedScenes == (crash < 3 ? 0 : 1))
                #expect(try await queue.heartbeat(worker, holding: []).isAlive == false)
            }
            let record = try await queue.failures(run: "run").onlyElement()
            #expect(
                record.state == .quarantined && record.crashes == 3 && record.errors == 0 && record.host == "host-3"
            )
            #expect(record.lastError.contains("host host-3, pid 42, version 1.0, silent for 3"))
            #expect(record.lastError.hasSuffix("3 of 10 samples reported"))
            #expect(try await queue.workers().map(\.state) == [.expired, .expired, .expired])

            #expect(try await queue.retry(run: "run") == 1)
            let worker = try await queue.registerTestWorker()
            let again = try await queue.claimOne(worker)
            #expect(again.attempt == 1 && again.lease == 4 && again.earlierLeases == [3, 2, 1])
        }
    }

    @Test func retiringGivesEverythingBackUnburnt() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<3))
            let worker = try await queue.registerTestWorker()
            _ = try await queue.claim(worker, limit: 2, filter: .test)
            #expect(try await queue.workers().onlyElement().leasedScenes == 2)
            try await queue.retire(worker)
            #expect(try await queue.workers().onlyElement().state == .retired)
            let other = try await queue.registerTestWorker()
            let claimed = try await queue.claim(other, limit: 3, filter: .test)
            #expect(claimed.map(\.attempt) == [1, 1, 1] && claimed.map(\.lease) == [2, 2, 1])
            #expect(try await queue.failures(run: "run") == [])
        }
    }

    /// A claim that commits after its worker was given up leaves a scene with a dead holder: the next round finds it.
    @Test func scenesOfForgottenWorkersAreFound() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<2))
            let expired = try await queue.registerTestWorker()
            let forgotten = try await queue.registerTestWorker()
            for worker in [expired, forgotten] { _ = try await queue.claimOne(worker) }
            try await queue.pool.query(
                "DELETE FROM \(queue.s).workers WHERE id = $1",
                [.int(forgotten.rawValue)],
                doing: "x"
            )
            try await queue.pool.query(
                "UPDATE \(queue.s).workers SET state = 'retired' WHERE id = $1",
                [.int(expired.rawValue)],
                doing: "x"
            )
            #expect(try await queue.reap().requeuedScenes == 2)
            // A retired worker's late claim is no crash.
            #expect(try await queue.failures(run: "run").map(\.sceneName) == ["scene-1"])
        }
    }

    @Test func oneRoundOfReapingServesEverybody() async throws {
        try await TestQueue.with(timing: QueueTiming(reapIntervalSeconds: 3600)) { queue in
            let rounds = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { try await queue.reap().didRun } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(rounds == 1)
        }
    }

    @Test func oldWorkersAreForgotten() async throws {
        try await TestQueue.with { queue in
            let worker = try await queue.registerTestWorker()
            try await queue.retire(worker)
            try await queue.reap()
            #expect(try await queue.workers().count == 1)
            try await queue.silence(worker, seconds: 8 * 86400)
            try await queue.reap()
            #expect(try await queue.workers() == [])
        }
    }
}
