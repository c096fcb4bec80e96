import Testing

@testable import JobQueue

struct DeathTests {
    @Test("A death that was seen gives the scenes back at once, counts as a crash and keeps its cause")
    func reportedDeath() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<2))
            for crash in 1...3 {
                let worker = try await queue.registerTestWorker("host", identity: "one")
                let scene = try await queue.claimOne(worker)
                #expect(scene.sceneName == "scene-0" && scene.attempt == crash)
                // Once more, and it is quarantined.
                #expect(try await queue.suspects(among: [scene]) == (crash == 3 ? [scene.sceneLease] : []))
                let report = try await queue.reportDeath(
                    identity: "one",
                    cause: "killed by signal 9 (SIGKILL)",
                    lastWords: ["last line but one", "last line"]
                )
                #expect(report.expiredWorkers == 1)
                #expect(report.requeuedScenes == (crash < 3 ? 1 : 0) && report.quarantinedScenes == (crash < 3 ? 0 : 1))
                // The dead do not come back: neither as a worker nor with a result.
                #expect(try await queue.heartbeat(worker, holding: []).isAlive == false)
                #expect(try await queue.complete(scene.sceneLease, result: .test(scene.sceneLease)) == false)
                let again = try await queue.reportDeath(identity: "one", cause: "again")
                #expect(again.expiredWorkers == 0 && again.requeuedScenes == 0)
            }
            let record = try await queue.failures(run: "run").onlyElement()
            #expect(record.state == .quarantined && record.crashes == 3)
            #expect(record.lastError.contains("pid 42") && record.lastError.contains("SIGKILL"))
            #expect(record.lastError.hasSuffix("samples reported\nlast line but one\nlast line"))
            let counts = try await queue.runStatus("run")?.counts
            #expect(counts?.queued == 1 && counts?.quarantined == 1 && counts?.leased == 0)
        }
    }

    @Test("A worker that retired, or another process, is not taken for the dead one")
    func othersAreLeftAlone() async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(), scenes: scenes(0..<2))
            // Two containers: the same host name, the same pid.
            let alive = try await queue.registerTestWorker("host", identity: "alive")
            _ = try await queue.registerTestWorker("host", identity: "dead")
            let scene = try await queue.claimOne(alive)
            #expect(try await queue.reportDeath(identity: "other", cause: "x").expiredWorkers == 0)
            #expect(try await queue.reportDeath(identity: "", cause: "x").expiredWorkers == 0)
            let report = try await queue.reportDeath(identity: "dead", cause: "x")
            #expect(report.expiredWorkers == 1 && report.requeuedScenes == 0)
            #expect(try await queue.complete(scene.sceneLease, result: .test(scene.sceneLease)))
        }
    }
}
