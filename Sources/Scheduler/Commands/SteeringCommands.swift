internal import ArgumentParser
internal import CommandSupport
internal import JobQueue

/// `occ-scheduler cancel`: take a run's unfinished scenes out of the queue.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel a run; what is done stays.",
        discussion: """
            Example: occ-scheduler cancel --database postgresql://db.local/occ --run mini_val-flashocc-r50_BDC-T-0123456789
            Workers stop its scenes at their next heartbeat. run.json is written, so that what is done can be evaluated and exported. \
            Submitting the run again takes it up again.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var selection: RunSelection

    func run() async throws {
        try await RunDatabase.use(databaseOptions, output: selection.output) { queue in
            let name = try await selection.select(from: queue).name
            let count = try await queue.cancel(run: name)
            await ManifestRefresh.perform(run: name, queue: queue, output: selection.output)
            Terminal.output("\(name): cancelled \(count) scenes\n")
        }
    }
}

/// `occ-scheduler pause`: hand out no more scenes of a run.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pause a run: workers give its scenes back and claim no more of them.",
        discussion: "Example: occ-scheduler pause --database postgresql://db.local/occ"
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var selection: RunSelection

    func run() async throws {
        try await RunDatabase.use(databaseOptions, output: selection.output) { queue in
            let name = try await selection.select(from: queue).name
            try await queue.pause(run: name)
            let state = try await queue.runStatus(name)?.state ?? .paused
            Terminal.output(
                "\(name): \(state.rawValue)\(state == .paused ? "; go on with occ-scheduler unpause" : "")\n"
            )
        }
    }
}

/// `occ-scheduler unpause`: go on with a paused run.
struct UnpauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpause",
        abstract: "Go on with a paused run.",
        discussion: "Example: occ-scheduler unpause --database postgresql://db.local/occ"
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var selection: RunSelection

    func run() async throws {
        try await RunDatabase.use(databaseOptions, output: selection.output) { queue in
            let name = try await selection.select(from: queue).name
            try await queue.unpause(run: name)
            let state = try await queue.runStatus(name)?.state ?? .active
            Terminal.output("\(name): \(state.rawValue)\n")
        }
    }
}
