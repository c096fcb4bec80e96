internal import ArgumentParser
internal import CommandSupport
internal import JobQueue
internal import RunContract
internal import Scoring
internal import Storage
internal import SystemSupport

/// `occ-scheduler retry`: queue failed and quarantined scenes again, or those whose files are damaged.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Queue failed and quarantined scenes again, with fresh attempts; or those whose files are damaged.",
        discussion: """
            Example: occ-scheduler retry --output out scene-0103 scene-0916
            Example: occ-scheduler retry --output out --damaged
            Then `occ-scheduler run` with the command line of the run, or workers on the cluster, do them.

            --damaged checks every byte of the run's files against what was accepted. Scenes whose files are damaged or missing are \
            queued again, damaged files move to `.damaged/` in the run's folder, and everything else stays.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var selection: RunSelection

    @Flag(help: "Queue exactly the done scenes whose files are damaged or missing.")
    var damaged = false

    @Option(
        help: ArgumentHelp(
            "With --damaged: where the run's output folder is mounted here (default: where the run says it is).",
            valueName: "dir"
        )
    )
    var files: String?

    @Argument(help: "Names of scenes (default: every failed or quarantined one).")
    var scenes: [String] = []

    @OptionGroup var logs: LogOptions

    func validate() throws {
        if damaged && !scenes.isEmpty { throw ValidationError("--damaged finds the scenes itself; name none") }
        if files != nil && !damaged { throw ValidationError("--files goes with --damaged") }
    }

    func run() async throws {
        try await RunDatabase.use(databaseOptions, output: selection.output) { queue in
            let status = try await selection.select(from: queue)
            if damaged { return try await retryDamaged(status, queue) }
            try await checkFolder(status, queue)
            let count = try await queue.retry(run: status.name, scenes: scenes.isEmpty ? .all : .named(scenes))
            if count > 0 { await ManifestRefresh.perform(run: status.name, queue: queue, output: selection.output) }
            Terminal.output("\(status.name): queued \(count) scenes again\n")
            if count == 0, status.counts.cancelled > 0 {
                Terminal.say(
                    "its \(status.counts.cancelled) cancelled scenes come back with `occ-scheduler resume`, or `submit` again"
                )
            }
        }
    }

    /// Refuses to queue scenes whose folder, where it is on this host, belongs to another queue: no worker would do them.
    private func checkFolder(_ status: RunStatus, _ queue: JobQueue) async throws {
        let settings = try RunSettings(json: status.settings, run: status.name)
        let output = selection.output.map(Paths.absolute) ?? settings.outputDirectory
        let directory = try RunStores.open(output: output, run: status.name)
        guard try directory.isPresent() else { return }
        try await RunFolder(directory, queue: queue, software: BuildInformation.software).check(status)
    }

    private func retryDamaged(_ status: RunStatus, _ queue: JobQueue) async throws {
        let settings = try RunSettings(json: status.settings, run: status.name)
        let output = (files ?? selection.output).map(Paths.absolute) ?? settings.outputDirectory
        let directory = try RunStores.open(output: output, run: status.name)
        // A folder that is not mounted must not look like a run that lost every file.
        guard try directory.isPresent() else {
            throw CommandFailure(
                .environment,
                "the run's folder '\(directory.place)' is not there; mount the output folder, or say where it is with --files DIR"
            )
        }
        let result = try await DamagedScenes.requeue(
            of: status,
            in: directory,
            queue: queue,
            software: BuildInformation.software
        ) { checked, total in
            if Terminal.isInteractive { Terminal.showProgress("\(checked)/\(total) files") }
        }
        if !result.requeued.isEmpty { await ManifestRefresh.perform(run: status.name, queue: queue, output: output) }
        for finding in result.requeued + result.unreadable {
            Terminal.say("\(finding.problem.rawValue): \(finding.scene ?? "-"): \(finding.path): \(finding.detail)")
        }
        for place in result.setAside { Terminal.say("set aside: \(place)") }
        Terminal.output(
            "\(status.name): \(result.files) files checked, queued \(result.requeued.count) scenes again\n"
        )
        guard result.unreadable.isEmpty else {
            throw CommandFailure(
                .environment,
                "\(result.unreadable.count) files could not be read and their scenes were left as they are; mend the disk or the"
                    + " permissions, or remove those files, and repeat the command"
            )
        }
    }
}
