import TestSupport
import Testing

@testable import JobQueue
@testable import Worker

/// Whole clusters under random faults, hundreds of them, each decided by a seed; `OCC_SEED=N` repeats one.
@Suite("Simulated clusters")
struct SimulationTests {
    private struct Totals {
        var seconds = 0.0
        var faults: [String: Int] = [:]
        var errors = 0
        var adopted = 0
        var putBack = 0
    }

    /// Drives one cluster through its bad day and to the end of its run.
    private func live(_ seed: UInt64, flaws: QueueModel.Flaws = QueueModel.Flaws(), _ totals: inout Totals) throws {
        var random = SeededGenerator(seed: seed ^ 0xC1)
        var settings = Cluster.Settings()
        settings.hosts = .random(in: 1...3, using: &random)
        settings.workersOnHost = .random(in: 1...2, using: &random)
        settings.slots = .random(in: 1...3, using: &random)
        settings.scenes = .random(in: 2...14, using: &random)
        settings.samples = .random(in: 1...4, using: &random)
        settings.longestSampleSeconds = [1, 6, 40].randomElement(using: &random) ?? 6
        let cluster = Cluster(settings, seed: seed, flaws: flaws)
        // Some days know one kind of trouble, some every kind.
        let breadth = [1, 3, Cluster.faultKinds].randomElement(using: &random) ?? 3
        let kinds = Set((0..<Cluster.faultKinds).shuffled(using: &random).prefix(breadth))
        let pause = random.seconds(5...60)
        var time = random.seconds(1...30)
        while time < 400 {
            cluster.schedule(time, .fault(cluster.randomFault(kinds)))
            time += random.seconds(0.1...2 * pause)
        }
        if random.chance(30) { cluster.sceneErrorsLeft[1] = 2 }
        func isOver() -> Bool { cluster.queue.isFinished }
        _ = try cluster.run(for: 400, until: { false })
        try cluster.healEverything()
        // A person looks after it: retries what was put aside, verifies, puts back what is damaged.
        for round in 0... {
            guard round < 8 else { throw Cluster.Broken(description: "the run does not come to an end") }
            guard try cluster.run(for: 3600, until: isOver) else {
                throw Cluster.Broken(
                    description: "an hour after the last fault it is not over: \(cluster.queue.scenes)"
                )
            }
            let retried = cluster.queue.putBack(.retry)
            let damaged = try cluster.verifyAndPutBack()
            totals.putBack += damaged
            if retried + damaged == 0 { break }
        }
        guard cluster.queue.scenes.allSatisfy({ $0.machine.state == .done }) else {
            throw Cluster.Broken(description: "not everything is done: \(cluster.queue.scenes)")
        }
        totals.seconds += cluster.now
        totals.errors += cluster.ledger.errors
        totals.adopted += cluster.ledger.adopted
        for (name, count) in cluster.ledger.faults { totals.faults[name, default: 0] += count }
    }

    @Test("Every scene is accepted once and says what an undisturbed run says, whatever happens")
    func badDays() throws {
        var totals = Totals()
        let seeds = Seeds.make(300)
        var lived = 0
        let start = ContinuousClock.now
        // A slow machine lives fewer days.
        for seed in seeds where ContinuousClock.now - start < .seconds(40) {
            do {
                try live(seed, &totals)
            } catch {
                Issue.record("OCC_SEED=\(seed): \(error)")
            }
            lived += 1
        }
        let faults = totals.faults.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        print(
            "\(lived) clusters in \(ContinuousClock.now - start), \(Int(totals.seconds / 3600)) simulated hours: \(faults);",
            "\(totals.errors) failed calls, \(totals.adopted) samples taken over, \(totals.putBack) damaged scenes put back"
        )
        #expect(Seeds.replayed != nil || totals.adopted > 0 && totals.errors > 0 && totals.putBack > 0)
    }

    @Test("It would be noticed if completions were not fenced")
    func unfencedCompletion() {
        var totals = Totals()
        var flaws = QueueModel.Flaws()
        flaws.completesWithoutFence = true
        let isFound = (1...300 as ClosedRange<UInt64>).contains { seed in
            do {
                try live(seed, flaws: flaws, &totals)
                return false
            } catch {
                return true
            }
        }
        #expect(isFound)
    }

    /// The default timing: heartbeats every 10 s, expiry after 30 s.
    @Test("A killed worker's scenes, and a dead host's whole set, are begun again within 40 s", arguments: [1, 4])
    func recoveryTime(workersOnHost: Int) throws {
        var longest = 0.0
        var scenes = 0
        let seeds = Seeds.make(100)
        for seed in seeds {
            var settings = Cluster.Settings()
            settings.workersOnHost = workersOnHost
            settings.slots = workersOnHost == 1 ? 1 : 8
            settings.scenes = settings.workersOnHost * settings.slots
            settings.longestSampleSeconds = 10_000
            settings.longestLatencySeconds = 0.2
            let cluster = Cluster(settings, seed: seed)
            _ = try cluster.run(for: cluster.random.seconds(20...60), until: { false })
            let victims = cluster.starts.filter { cluster.seats[$0.value.seat].host == 0 }.keys
            for seat in cluster.seats.indices where cluster.seats[seat].host == 0 {
                cluster.kill(seat)
                cluster.seats[seat].isCutOff = true
            }
            let killedAt = cluster.now
            let next = victims.map { LeaseKey(scene: $0.scene, lease: $0.lease + 1) }
            #expect(
                try cluster.run(for: 120, until: { next.allSatisfy { cluster.starts[$0] != nil } }),
                "OCC_SEED=\(seed)"
            )
            for key in next {
                let seconds = (cluster.starts[key]?.time ?? .infinity) - killedAt
                #expect(seconds <= 40, "OCC_SEED=\(seed)")
                longest = max(longest, seconds)
                scenes += 1
            }
        }
        print("\(workersOnHost) workers on the dead host: \(scenes) scenes begun again, the last after \(longest) s")
        #expect(scenes > 0 || seeds.count == 1)
    }
}
