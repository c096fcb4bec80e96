internal import ArgumentParser
internal import CommandSupport

/// The command line of `occ-worker`.
@main
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "occ-worker",
        abstract: "Claim scenes from the queue and label them on this machine's CPUs.",
        discussion: """
            Example: occ-worker --database postgresql://db.local/occ --slots 16
            For people who port a network: occ-worker infer and occ-worker compare.

            Exit codes: 0 nothing left to do, 2 usage or configuration, 3 environment (database, disk, rights), 130 told to stop.
            """,
        version: StoredFormats.text(of: "occ-worker", ending: ""),
        subcommands: [
            ServeCommand.self, InferCommand.self, CompareCommand.self, BenchCommand.self, TuneCommand.self,
        ],
        defaultSubcommand: ServeCommand.self
    )

    static func main() async {
        await CommandEntry.run(WorkerCommand.self)
    }
}
