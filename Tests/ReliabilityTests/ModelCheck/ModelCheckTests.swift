import Testing

@testable import Worker

/// Every interleaving of small worlds, with the product's own state machines; the rules are in `docs/reliability.md`.
@Suite("Model check")
struct ModelCheckTests {
    /// A world that is explored up to a horizon, or to a number of states beyond it.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let settings: World.Settings
        var testDescription: String { name }
    }

    /// Two workers, one scene, and each fault by itself.
    static let singleFaults: [Case] = World.Fault.allCases.map { fault in
        Case(name: "one scene, one \(fault)", settings: World.Settings(scenes: 1, faults: [fault], horizon: 7))
    }

    static let cases: [Case] = [
        Case(name: "two workers, two scenes, any one fault", settings: World.Settings(horizon: 7)),
        Case(
            name: "one scene, a pause or a crash and lost messages",
            settings: World.Settings(
                scenes: 1,
                samples: 2,
                faults: [.pause, .crash, .loseReply, .ghost],
                faultBudget: 2,
                horizon: 7
            )
        ),
        Case(
            name: "one scene, partitions and slow messages",
            settings: World.Settings(
                scenes: 1,
                faults: [.partition, .slowRequest, .slowReply, .refuse],
                faultBudget: 2,
                horizon: 7
            )
        ),
        Case(
            name: "one worker with two slots",
            settings: World.Settings(workers: 1, slots: 2, faultBudget: 2, horizon: 7)
        ),
    ]

    @Test("No rule is broken in any reachable state", arguments: singleFaults + cases)
    func everyInterleaving(_ test: Case) {
        var states = 0
        for horizon in stride(from: 1.0, through: test.settings.horizon, by: 1) {
            var settings = test.settings
            settings.horizon = horizon
            let started = ContinuousClock.now
            let report = ModelChecker(settings: settings, maximumStates: 200_000).run()
            print(
                "\(test.name), horizon \(horizon): \(report.states) states, depth \(report.depth),",
                "recovery from \(report.recoveries), \(report.isComplete), \(ContinuousClock.now - started)"
            )
            #expect(report.brokenRule == nil, "\(report.text)")
            states = report.states
            guard report.isComplete, report.brokenRule == nil else { break }
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
