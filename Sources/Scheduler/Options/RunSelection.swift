internal import ArgumentParser
internal import CommandSupport
internal import JobQueue

/// Which run of a database or of an output folder a command is about.
struct RunSelection: ParsableArguments {
    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Name of the run (default: the only one there is).", valueName: "name")
    )
    var runName: String?

    @Option(
        help: ArgumentHelp(
            "Output folder of the run; its private database is used if it has one and no other is given.",
            valueName: "dir"
        )
    )
    var output: String?

    /// The run that is meant, out of those of a database.
    func select(from queue: JobQueue) async throws -> RunStatus {
        if let runName {
            guard let status = try await queue.runStatus(runName) else { throw JobQueueError.unknownRun(runName) }
            return status
        }
        let runs = try await queue.listRuns()
        return try Self.only(of: runs, name: \.name, place: "the database")
    }

    /// The single element, or an error that lists the names to choose from.
    ///
    /// - Parameter option: the option that names one of them.
    static func only<Run>(of runs: [Run], name: (Run) -> String, place: String, option: String = "--run") throws -> Run
    {
        if runs.count == 1 { return runs[0] }
        if runs.isEmpty { throw CommandFailure(.configuration, "there is no run in \(place)") }
        let names = runs.map(name).prefix(20).joined(separator: "\n  ")
        throw CommandFailure(
            .configuration,
            "there are \(runs.count) runs in \(place); choose one with \(option) NAME:\n  \(names)"
        )
    }
}
