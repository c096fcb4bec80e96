/// Breadth-first search over every state of a world, so that the first broken rule comes with its shortest trace.
struct ModelChecker {
    /// What a search found.
    struct Report {
        var states = 0
        var depth = 0
        /// Whether every reachable state was looked at.
        var isComplete = false
        var brokenRule: String?
        var trace: [World.Step] = []
        /// States from which recovery was tried.
        var recoveries = 0

        /// The trace for people, one step a line.
        var text: String {
            "\(brokenRule ?? "no rule is broken") after \(trace.count) steps:\n"
                + trace.enumerated().map { "  \($0.offset + 1). \($0.element)" }.joined(separator: "\n")
        }
    }

    let settings: World.Settings
    var maximumStates = 1_000_000
    /// One state in so many is tried for recovery; 0 for none.
    var recoverySampling = 97

    private struct Origin {
        var parent: UInt32
        var step: World.Step
    }

    /// Explores the world.
    func run() -> Report {
        var report = Report()
        let initial = World(settings)
        // States are told apart by 64-bit hashes: of a million states two have the same with a probability of 3e-8.
        var seen: Set<Int> = [initial.fingerprint]
        var origins: [Origin] = [Origin(parent: 0, step: .time)]
        var level: [(world: World, index: UInt32)] = [(initial, 0)]
        while !level.isEmpty {
            var next: [(world: World, index: UInt32)] = []
            for (world, index) in level {
                for step in world.steps() {
                    let successor = world.after(step)
                    guard seen.insert(successor.fingerprint).inserted else { continue }
                    origins.append(Origin(parent: index, step: step))
                    let number = UInt32(origins.count - 1)
                    var broken = successor.brokenRule(before: world)
                    if broken == nil, recoverySampling > 0, Int(number) % recoverySampling == 0 {
                        report.recoveries += 1
                        if !successor.recovers(within: 40) { broken = "from here on no scene is lost" }
                    }
                    if let broken {
                        report.brokenRule = broken
                        report.trace = Self.trace(to: number, origins)
                        report.states = origins.count
                        return report
                    }
                    next.append((successor, number))
                    if origins.count >= maximumStates {
                        report.states = origins.count
                        return report
                    }
                }
            }
            level = next
            report.depth += 1
        }
        report.states = origins.count
        report.isComplete = true
        return report
    }

    private static func trace(to number: UInt32, _ origins: [Origin]) -> [World.Step] {
        var steps: [World.Step] = []
        var index = number
        while index != 0 {
            steps.append(origins[Int(index)].step)
            index = origins[Int(index)].parent
        }
        return steps.reversed()
    }
}
