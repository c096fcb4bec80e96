import ArgumentParser
import Testing

@testable import CommandSupport
@testable import Worker

/// What a help text shows must be what the program takes.
@Suite("Examples in the worker's help texts")
struct ExampleTests {
    @Test("Every command of the worker has an example, and each is taken as it stands")
    func worker() throws {
        for command in [WorkerCommand.self as any ParsableCommand.Type] + WorkerCommand.configuration.subcommands {
            let text = command.configuration.discussion.replacing("\\\n", with: " ")
            let examples = text.split(separator: "\n").filter { $0.hasPrefix("Example:") }.compactMap { line in
                let words = line.split(separator: " ").map(String.init)
                return words.firstIndex(of: "occ-worker").map { Array(words[($0 + 1)...]) }
            }
            #expect(!examples.isEmpty, "\(command)")
            for example in examples {
                let arguments = try CommandLineArguments(WorkerCommand.self).prepared(example)
                #expect(throws: Never.self, "\(example)") { try WorkerCommand.parseAsRoot(arguments) }
            }
        }
    }
}
