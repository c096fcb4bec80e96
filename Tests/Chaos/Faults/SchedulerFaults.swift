import Foundation

extension Fault {
    /// What happens to the scheduler's commands.
    static var schedulerFaults: [Fault] {
        [
            Fault(kind: "submission-killed", weight: 3) { arena in
                let run = arena.newRun()
                let child = try arena.scheduler(arena.submitArguments(run))
                try await killSoon(arena, child)
                try await arena.expect(0, arena.submitArguments(run))
                arena.adopt(run)
            },
            Fault(kind: "two-submissions-at-once", weight: 3, isInShortForm: true) { arena in
                let run = arena.newRun()
                let both = try (0..<2).map { _ in try arena.scheduler(arena.submitArguments(run)) }
                for child in both where try await arena.finish(child) != .exit(0) {
                    throw ChaosFailure("one of two submissions at once failed: \(child.said)")
                }
                arena.adopt(run)
            },
            Fault(kind: "evaluation-killed", weight: 2) { arena in
                let run = try await arena.takeKept()
                let arguments = ["evaluate", "--output", run.output, "--run", run.name, "--json"]
                try await killSoon(arena, try arena.scheduler(arguments))
                let score = try await arena.expect(0, arguments).written
                guard score == arena.referenceScore else {
                    throw ChaosFailure("run \(run.name) scores otherwise than the undisturbed run: \(score)")
                }
                arena.giveBack(run)
            },
            Fault(kind: "collection-killed", weight: 2) { arena in
                let run = try await arena.takeKept()
                try plantGarbage(run)
                try await killSoon(arena, try arena.scheduler(["gc", "--output", run.output, "--run", run.name]))
                try await arena.audit(run, against: arena.reference)
                arena.giveBack(run)
            },
        ]
    }

    private static func killSoon(_ arena: Arena, _ child: Child) async throws {
        try await arena.pass(.random(in: 0.01...0.5, using: &arena.random))
        child.send(SIGKILL)
        _ = try await arena.finish(child)
    }
}
