import Foundation
import JobQueue
import Synchronization

extension Simulant {
    /// Serves like an `occ-worker` with one slot: beats, looks for work at growing intervals, reaps; until cancelled.
    func serve(sceneSeconds: Double, _ phase: Phase) async {
        // Workers of a fleet do not start at once.
        try? await Task.sleep(for: .seconds(Double.random(in: 0...8)))
        guard let worker = await registering(phase) else { return }
        let held = HeldLease()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await beat(worker, held, phase) }
            group.addTask { await reap(phase) }
            group.addTask { await claimAndWork(worker, sceneSeconds, held, phase) }
            await group.waitForAll()
        }
    }

    private func registering(_ phase: Phase) async -> WorkerID? {
        while !Task.isCancelled {
            do { return try await register() } catch { phase.record.fail(error) }
            try? await Task.sleep(for: .seconds(1))
        }
        return nil
    }

    private func beat(_ worker: WorkerID, _ held: HeldLease, _ phase: Phase) async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .seconds(queue.timing.heartbeatIntervalSeconds))
                let leases = held.current.map { [$0] } ?? []
                let reply = try await phase.record.beats.time {
                    try await heartbeats.heartbeat(worker, holding: leases)
                }
                if !reply.isAlive { throw Failure("worker \(worker) was given up") }
            } catch { phase.record.fail(error) }
        }
    }

    private func reap(_ phase: Phase) async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .seconds(Double.random(in: 4...6)))
                try await queue.reap()
            } catch { phase.record.fail(error) }
        }
    }

    private func claimAndWork(
        _ worker: WorkerID,
        _ sceneSeconds: Double,
        _ held: HeldLease,
        _ phase: Phase
    ) async {
        var poll = 0.2
        while !Task.isCancelled {
            do {
                let start = ContinuousClock.now
                let scenes = try await queue.claim(worker, limit: 1, filter: Self.filter)
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                guard let scene = scenes.first else {
                    phase.record.emptyClaims.note(seconds)
                    try await Task.sleep(for: .seconds(poll * Double.random(in: 0.5...1.5)))
                    poll = min(poll * 2, 5)
                    continue
                }
                phase.record.claims.note(seconds)
                poll = 0.2
                held.current = scene.sceneLease
                for step in 1...2 {
                    try await Task.sleep(for: .seconds(sceneSeconds / 2 * Double.random(in: 0.5...1.5)))
                    _ = try await queue.reportProgress(scene.sceneLease, samplesDone: scene.sampleCount * step / 2)
                }
                let accepted = try await phase.record.completions.time {
                    try await queue.complete(scene.sceneLease, result: Self.result(of: scene))
                }
                if !accepted { phase.record.refused.withLock { $0 += 1 } }
                held.current = nil
            } catch { phase.record.fail(error) }
        }
    }
}
