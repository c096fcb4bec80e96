import ArgumentParser
import Testing

@testable import CommandSupport
@testable import Scheduler

/// What a help text shows must be what the program takes.
@Suite("Examples in help texts")
struct ExampleTests {
    /// The command lines that follow "Example:" in a text, as words; a line that ends in a backslash goes on in the next.
    private func examples(in text: String, of program: String) -> [[String]] {
        let lines = text.replacing("\\\n", with: " ").split(separator: "\n")
        return lines.filter { $0.hasPrefix("Example:") }.compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            return words.firstIndex(of: program).map { Array(words[($0 + 1)...]) }
        }
    }

    @Test("Every command of the scheduler has an example, and each is taken as it stands")
    func scheduler() throws {
        #expect(SchedulerCommand.configuration.subcommands.count >= 20)
        for command in SchedulerCommand.configuration.subcommands {
            let name = command.configuration.commandName ?? ""
            let examples = examples(in: command.configuration.discussion, of: "occ-scheduler")
            #expect(examples.contains { $0.first == name }, "\(name)")
            for example in examples {
                let arguments = try CommandLineArguments(SchedulerCommand.self).prepared(example)
                #expect(throws: Never.self, "\(example)") { try SchedulerCommand.parseAsRoot(arguments) }
            }
        }
    }

    @Test("An example that is none is found out")
    func wrongExample() {
        #expect(
            examples(in: "Example: occ-scheduler run \\\n  --x\nThen occ-scheduler y", of: "occ-scheduler") == [
                ["run", "--x"]
            ]
        )
        #expect(throws: (any Error).self) { try SchedulerCommand.parseAsRoot(["status", "--no-such-option"]) }
    }
}
