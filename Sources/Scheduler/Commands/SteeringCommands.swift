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
            Submitting the run again takes it up again. A finished run is left as it is, and the command leaves with 2.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var selection: RunSelection
    @OptionGroup var logs: LogOptions

    func run() async throws {
        try await RunDatabase.use(databaseOptions, output: selection.output) { queue in
            let status = try await selection.select(from: queue)
            try await perform(Steering.cancelling(status)) {
                let count = try await queue.cancel(run: status.name)
                await ManifestRefresh.perform(run: status.name, queue: queue, output: selection.output)
                // Between the look and the order the last scene may have ended.
                guard count > 0 else {
                    throw CommandFailure(.configuration, "nothing to cancel: run '\(status.name)' is finished")
                }
                return "\(status.name): cancelled \(count) scenes"
            }
        }
    }
}

/// `occ-scheduler pause`: hand out no more scenes of a run.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pause a run: workers give its scenes back and claim no more of them.",
        discussion: """
            Example: occ-scheduler pause --database postgresql://db.local/occ
            Leaves with 2 if the run is finished or cancelled.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var selection: RunSelection
    @OptionGroup var logs: LogOptions

    func run() async throws {
        try await RunDatabase.use(databaseOptions, output: selection.output) { queue in
            let status = try await selection.select(from: queue)
            try await perform(Steering.pausing(status)) {
                try await queue.pause(run: status.name)
                return try await expect(.paused, of: status.name, queue) + "; go on with `occ-scheduler unpause`"
            }
        }
    }
}

/// `occ-scheduler unpause`: go on with a paused run.
struct UnpauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpause",
        abstract: "Go on with a paused run.",
        discussion: """
            Example: occ-scheduler unpause --database postgresql://db.local/occ
            Leaves with 2 if the run is finished or cancelled.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var selection: RunSelection
    @OptionGroup var logs: LogOptions

    func run() async throws {
        try await RunDatabase.use(databaseOptions, output: selection.output) { queue in
            let status = try await selection.select(from: queue)
            try await perform(Steering.unpausing(status)) {
                try await queue.unpause(run: status.name)
                return try await expect(.active, of: status.name, queue)
            }
        }
    }
}

/// Does what there is to do and prints what became of it.
///
/// - Throws: `CommandFailure` (`configuration`) for an order that makes no sense.
private func perform(_ steering: Steering, _ body: () async throws -> String) async throws {
    switch steering {
    case .perform: Terminal.output(try await body() + "\n")
    case .alreadySo(let text): Terminal.output(text + "\n")
    case .refused(let text): throw CommandFailure(.configuration, text)
    }
}

/// The line of a run that is in a state now; another command may have come between.
private func expect(_ state: RunState, of run: String, _ queue: JobQueue) async throws -> String {
    let found = try await queue.runStatus(run)?.state
    guard found == state else {
        throw CommandFailure(
            .configuration,
            "run '\(run)' is \(found?.rawValue ?? "gone"): another command came between; look with `occ-scheduler status`"
        )
    }
    return "\(run): \(state.rawValue)"
}
