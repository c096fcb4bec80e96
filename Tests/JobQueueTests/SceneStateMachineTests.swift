import PostgresClient
import TestSupport
import Testing

@testable import JobQueue

@Suite struct SceneStateMachineTests {
    @Test func countsErrorsAndCrashesApart() {
        var scene = SceneStateMachine(maximumErrors: 2, maximumCrashes: 2)
        #expect(scene.apply(.claim) == .leased(1))
        #expect(scene.apply(.expire) == .requeued)
        #expect(scene.apply(.claim) == .leased(2))
        #expect(scene.apply(.fail(lease: 1, retryable: true)) == .refused)
        #expect(scene.apply(.fail(lease: 2, retryable: true)) == .retried(1))
        #expect(scene.apply(.claim) == .leased(3))
        #expect(scene.apply(.release(lease: 3)) == .requeued)
        #expect(scene.apply(.claim) == .leased(4))
        #expect(scene.apply(.expire) == .quarantined)
        #expect(scene.apply(.claim) == .refused)
        #expect(scene.apply(.retry) == .requeued)
        #expect(scene.errors == 0 && scene.crashes == 0 && scene.lease == 4)
    }

    /// Random events: leases only grow, a refused event changes nothing, a result is accepted only under the current lease.
    @Test func keepsItsRulesUnderRandomEvents() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var scene = SceneStateMachine(
                maximumErrors: .random(in: 1...4, using: &generator),
                maximumCrashes: .random(in: 1...4, using: &generator)
            )
            for _ in 0..<100 {
                let before = scene
                let lease = before.lease - (Bool.random(using: &generator) ? 0 : 1)
                let event = Self.events(lease: lease).randomElement(using: &generator)!
                let action = scene.apply(event)
                #expect(scene.lease == before.lease + (event == .claim && action != .refused ? 1 : 0))
                if action == .refused { #expect(scene == before) }
                if action == .accepted { #expect(before.state == .leased && lease == before.lease) }
                #expect(scene.state != .queued || scene.errors < scene.maximumErrors)
                #expect(scene.state != .queued || scene.crashes < scene.maximumCrashes)
                #expect((scene.state == .quarantined) == (scene.state == .quarantined && scene.crashes > 0))
            }
        }
    }

    static func events(lease: Int64) -> [SceneStateMachine.Event] {
        [
            .claim, .progress(lease: lease), .complete(lease: lease), .fail(lease: lease, retryable: true),
            .fail(lease: lease, retryable: false), .release(lease: lease), .expire, .cancel, .retry, .resubmit,
            .requeueDone,
        ]
    }
}

/// The SQL of the queue and the state machine do the same, over every state, event, and count of errors and crashes.
@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct SceneTransitionTests {
    @Test(arguments: SceneState.allCases) func theDatabaseFollowsTheTable(state: SceneState) async throws {
        try await TestQueue.with { queue in
            _ = try await queue.submit(.test(maximumAttempts: 3), scenes: scenes(0..<1))
            let worker = try await queue.registerTestWorker()
            for (errors, crashes) in [(0, 0), (1, 0), (2, 0), (0, 1), (0, 2), (2, 2)] {
                // A failed or quarantined scene has had trouble.
                if state == .failed && errors == 0 || state == .quarantined && crashes == 0 { continue }
                for reported: Int64 in [4, 5] {
                    for event in SceneStateMachineTests.events(lease: reported) {
                        try await place(queue, state, errors: errors, crashes: crashes, worker)
                        var model = SceneStateMachine(state: state, lease: 5, errors: errors, crashes: crashes)
                        let action = model.apply(event)
                        let answer = try await perform(event, queue, worker)
                        #expect(answer == action, "\(event) in \(state)")
                        let row = try await queue.pool.query(
                            "SELECT state, lease, errors, crashes FROM \(queue.s).scenes",
                            doing: "reading"
                        ).single()
                        let stored = SceneStateMachine(
                            state: try JobQueue.sceneState(row),
                            lease: try row.get("lease"),
                            errors: try row.get("errors"),
                            crashes: try row.get("crashes")
                        )
                        #expect(stored == model, "\(event) in \(state) with \(errors) errors and \(crashes) crashes")
                        let results: Int = try await queue.pool.query(
                            "SELECT count(*) AS n FROM \(queue.s).results",
                            doing: "counting"
                        ).single().get("n")
                        #expect(results == (model.state == .done ? 1 : 0))
                    }
                }
            }
        }
    }

    /// Puts the only scene into a state under lease 5, and everything around it in order.
    private func place(
        _ queue: JobQueue,
        _ state: SceneState,
        errors: Int,
        crashes: Int,
        _ worker: WorkerID
    ) async throws {
        let s = queue.s
        try await queue.pool.withConnection { connection in
            try await connection.execute(
                script: """
                    UPDATE \(s).runs SET state = 'active';
                    UPDATE \(s).workers SET state = 'live', last_seen_at = now();
                    DELETE FROM \(s).results;
                    DELETE FROM \(s).attempts;
                    UPDATE \(s).scenes SET state = '\(state.rawValue)', lease = 5, errors = \(errors), crashes = \(crashes),
                        available_at = now(), claim_token = NULL,
                        worker_id = \(state == .leased ? "\(worker)" : "NULL");
                    INSERT INTO \(s).attempts (scene_id, lease, worker_id, host)
                        SELECT id, l, \(worker), 'h' FROM \(s).scenes, generate_series(1, 5) l;
                    """,
                doing: "preparing"
            )
            if state == .done {
                try await connection.query(
                    """
                    INSERT INTO \(s).results (scene_id, run_id, lease, file_name, byte_count, sample_count,
                        computed_sample_count, digest, inference_seconds, elapsed_seconds, host)
                    SELECT id, run_id, 3, 'f', 1, 1, 1, 'd', 1, 1, 'h' FROM \(s).scenes
                    """,
                    doing: "preparing"
                )
            }
        }
    }

    /// Does to the queue what the event says and reads its answer as the action that it means.
    private func perform(
        _ event: SceneStateMachine.Event,
        _ queue: JobQueue,
        _ worker: WorkerID
    ) async throws -> SceneStateMachine.Action {
        let sceneID: Int64 = try await queue.pool.query("SELECT id FROM \(queue.s).scenes", doing: "reading").single()
            .get("id")
        func lease(_ number: Int64) -> SceneLease { SceneLease(sceneID: sceneID, lease: number) }
        switch event {
        case .claim:
            return try await queue.claim(worker, limit: 1, filter: .test).first.map { .leased($0.lease) } ?? .refused
        case .progress(let number):
            return try await queue.reportProgress(lease(number), samplesDone: 1) ? .noted : .refused
        case .complete(let number):
            return try await queue.complete(lease(number), result: .test(lease(number))) ? .accepted : .refused
        case .fail(let number, let retryable):
            switch try await queue.fail(lease(number), message: "x", retryable: retryable) {
            case nil: return .refused
            case .failed: return .failed
            case .retry:
                let errors: Int = try await queue.pool.query("SELECT errors FROM \(queue.s).scenes", doing: "reading")
                    .single().get("errors")
                return .retried(errors)
            }
        case .release(let number):
            return try await queue.release(lease(number), samplesDone: 1) ? .requeued : .refused
        case .expire:
            try await queue.silence(worker, seconds: 31)
            let report = try await queue.reap()
            return report.requeuedScenes == 1 ? .requeued : report.quarantinedScenes == 1 ? .quarantined : .refused
        case .cancel: return try await queue.cancel(run: "run") == 1 ? .cancelled : .refused
        case .retry: return try await queue.retry(run: "run") == 1 ? .requeued : .refused
        case .resubmit:
            return try await queue.submit(.test(), scenes: scenes(0..<1)).requeued == 1 ? .requeued : .refused
        case .requeueDone: return try await queue.requeueDone(run: "run", scenes: .all) == 1 ? .requeued : .refused
        }
    }
}
