import Foundation
import SystemSupport

/// The whole: an undisturbed run, fault after fault, and the account of it.
enum Suite {
    static func run(_ settings: ChaosSettings) async throws {
        let started = MonotonicClock.nowSeconds
        say("chaos: seed \(settings.seed), \(settings.faults) faults\(settings.isShort ? ", short form" : "")")
        let arena = try Arena(settings)
        do {
            try await arena.prepare()
            note(started, "undisturbed run: \(arena.reference.samples.count) samples")
            try await injectFaults(arena, started)
            try await arena.drain()
            if settings.measuredKills > 0 {
                note(started, "measuring recovery with the default lease")
                try await DefaultLease.measure(arena)
                try await arena.drain()
            }
            report(arena, started)
            await arena.close(keepsFiles: false)
        } catch {
            note(started, "FAILED: \(error)")
            say("seed \(settings.seed); logs are kept in \(arena.folder)")
            report(arena, started)
            await arena.close(keepsFiles: true)
            throw ChaosFailure("failed after \(arena.tally.faultCount) faults with seed \(settings.seed)")
        }
    }

    private static func injectFaults(_ arena: Arena, _ started: Double) async throws {
        let kinds = try available(arena)
        arena.isFeeding = true
        try await arena.awaitProgress()
        arena.tally.recoveries.removeAll()
        for (index, fault) in sequence(of: kinds, arena).enumerated() {
            note(started, "fault \(index + 1): \(fault.kind)")
            do {
                try await fault.perform(arena)
            } catch {
                throw ChaosFailure("fault \(index + 1), \(fault.kind): \(error)")
            }
            arena.tally.note(fault.kind)
        }
    }

    /// The kinds that can be done here; what cannot is said.
    private static func available(_ arena: Arena) throws -> [Fault] {
        let settings = arena.settings
        var kinds = Fault.all
        if !settings.kinds.isEmpty {
            kinds = kinds.filter { fault in settings.kinds.contains { fault.kind.hasPrefix($0) } }
        } else if settings.isShort {
            kinds = kinds.filter(\.isInShortForm)
        }
        let possible = kinds.filter { fault in
            guard let obstacle = fault.obstacle(arena) else { return true }
            say("skipped: \(fault.kind): \(obstacle)")
            return false
        }
        guard !possible.isEmpty else { throw ChaosFailure("no such kind of fault") }
        return possible
    }

    /// Each kind once in random order, then kinds by weight.
    private static func sequence(of kinds: [Fault], _ arena: Arena) -> [Fault] {
        var sequence = Array(kinds.shuffled(using: &arena.random).prefix(arena.settings.faults))
        let weighted = kinds.flatMap { Array(repeating: $0, count: $0.weight) }
        while sequence.count < arena.settings.faults,
            let fault = (weighted.isEmpty ? kinds : weighted).randomElement(using: &arena.random)
        {
            sequence.append(fault)
        }
        return sequence
    }

    private static func note(_ started: Double, _ text: String) {
        say(String(format: "[%6.1f s] ", MonotonicClock.nowSeconds - started) + text)
    }

    private static func report(_ arena: Arena, _ started: Double) {
        let tally = arena.tally
        say("")
        for (kind, count) in tally.faults.sorted(by: { $0.key < $1.key }) { say("  \(count) x \(kind)") }
        say(
            """
            \(tally.faultCount) faults of \(tally.faults.count) kinds over \(tally.auditedRuns) runs, \(tally.auditedScenes) scenes, \
            \(tally.auditedSamples) samples, \(arena.fleet.startCount) worker processes
            \(tally.lostScenes) scenes lost, \(tally.acceptedTwice) accepted twice, \(tally.differences) differing bytes or \
            labels against the undisturbed run
            operator's part: \(tally.retriedScenes) quarantined or failed scenes retried, \(tally.repeatedSubmissions) \
            submissions repeated, \(tally.rewrittenManifests) run.json written by resume
            from the end of a fault to the next accepted scene: \(summary(tally.recoveries))
            """
        )
        if !tally.reclaims.isEmpty {
            say("SIGKILL of a worker to the next claim of its scene, default lease: \(summary(tally.reclaims))")
        }
        say(String(format: "seed %llu, %.0f s", arena.settings.seed, MonotonicClock.nowSeconds - started))
    }

    private static func summary(_ seconds: [Double]) -> String {
        guard !seconds.isEmpty else { return "not measured" }
        let sorted = seconds.sorted()
        return String(
            format: "median %.1f s, max %.1f s (%d measured)",
            sorted[sorted.count / 2],
            sorted[sorted.count - 1],
            sorted.count
        )
    }
}
