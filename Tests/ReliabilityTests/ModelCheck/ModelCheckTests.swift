import Testing

@testable import Worker

/// Every interleaving of small worlds, with the product's own state machines; the rules are in `docs/reliability.md`.
@Suite("Model check")
struct ModelCheckTests {
    /// A world that is explored whole up to a horizon, and to a number of states beyond it.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let settings: World.Settings
        /// As `docs/reliability.md` has it; 0 where the number of states ends the search before.
        var wholeUpTo = 0.0
        var testDescription: String { name }
    }

    private static let lastHorizon = 7.0

    /// Two workers, one scene, and each fault by itself.
    static let singleFaults: [Case] = World.Fault.allCases.map { fault in
        let horizon: Double =
            switch fault {
            case .partition, .pause: 4
            case .crash, .slowRequest: 5
            case .deny: 6
            case .refuse, .loseReply, .ghost, .slowReply, .clockJump: lastHorizon
            }
        let settings = World.Settings(scenes: 1, faults: [fault])
        return Case(name: "one scene, one \(fault)", settings: settings, wholeUpTo: horizon)
    }

    static let cases: [Case] = [
        Case(name: "two workers, two scenes, any one fault", settings: World.Settings(), wholeUpTo: 1),
        Case(
            name: "one scene, a pause or a crash and lost messages",
            settings: World.Settings(
                scenes: 1,
                samples: 2,
                faults: [.pause, .crash, .loseReply, .ghost],
                faultBudget: 2
            )
        ),
        Case(
            name: "one scene, partitions and slow messages",
            settings: World.Settings(
                scenes: 1,
                faults: [.partition, .slowRequest, .slowReply, .refuse],
                faultBudget: 2
            ),
            wholeUpTo: 1
        ),
        Case(name: "one worker with two slots", settings: World.Settings(workers: 1, slots: 2, faultBudget: 2)),
    ]

    @Test("No rule is broken in any reachable state", arguments: singleFaults + cases)
    func everyInterleaving(_ test: Case) {
        var states = 0
        // What is reached before a horizon is reached before a later one too.
        for horizon in [test.wholeUpTo, test.wholeUpTo + 1] where 1...Self.lastHorizon ~= horizon {
            var settings = test.settings
            settings.horizon = horizon
            let started = ContinuousClock.now
            let report = ModelChecker(settings: settings, maximumStates: 200_000).run()
            print(
                "\(test.name), horizon \(horizon): \(report.states) states, depth \(report.depth),",
                "recovery from \(report.recoveries), \(report.isComplete), \(ContinuousClock.now - started)"
            )
            #expect(report.brokenRule == nil, "\(report.text)")
            #expect(report.isComplete == (horizon <= test.wholeUpTo), "mend the table in docs/reliability.md")
            states = report.states
        }
        #expect(states > 1_000)
    }

    /// What is broken on purpose, to show that the search can find it.
    static let broken: [Case] = [
        Case(
            name: "completion without a fence",
            settings: World.Settings(
                scenes: 1,
                faults: [.pause],
                flaws: .init(completesWithoutFence: true)
            )
        ),
        Case(
            name: "a worker that never stops by itself",
            settings: World.Settings(scenes: 1, faults: [.partition], marginSeconds: -1000)
        ),
        Case(
            name: "files without the lease in their names",
            settings: World.Settings(scenes: 1, samples: 2, faults: [.pause], sharesFiles: true)
        ),
    ]

    @Test("A world that is broken on purpose is found out", arguments: broken)
    func mutations(_ test: Case) {
        let report = ModelChecker(settings: test.settings, recoverySampling: 0).run()
        print("\(test.name), \(report.states) states: \(report.text)")
        #expect(report.brokenRule != nil)
    }
}
