import ArgumentParser
import CommandSupport
import Testing

@testable import Scheduler

@Suite("What a stop leaves")
struct InterruptibleTests {
    /// Those that end in order, and those that are done in a moment.
    private static let others: Set = [
        "run", "resume", "status", "failures", "metrics", "serve", "retry", "cancel", "pause", "unpause",
        "describe-model",
        "migrate",
        "doctor", "slurm",
    ]

    @Test("Every command that works for long says what stays where it is stopped")
    func everyCommand() {
        let silent = SchedulerCommand.configuration.subcommands.filter { !($0 is any Interruptible.Type) }
        #expect(Set(silent.map { $0._commandName }) == Self.others)
        #expect(SchedulerCommand.configuration.subcommands.count > silent.count)
    }
}
