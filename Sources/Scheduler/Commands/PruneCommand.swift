internal import ArgumentParser
internal import CommandSupport
internal import JobQueue
internal import RunContract
internal import Storage
internal import SystemSupport

/// `occ-scheduler prune`: remove what runs no longer need, and runs that nobody needs.
struct PruneCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "List or remove what the runs of an output folder no longer need, or whole runs.",
        discussion: """
            Example: occ-scheduler prune --output out
            Example: occ-scheduler prune --output /results --database postgresql://db.local/occ --cancelled --finished-for 90d --yes

            Without --yes it only lists. Of every run go files of leases before a scene's accepted one and what accepted leases left unfinished. \
            With --cancelled and --finished-for whole runs go, from the folder and from the queue that they belong to. What is accepted, what \
            waits to be taken over and what a worker may be writing stays (docs/storage-tiers.md).
            """
    )

    @Option(help: ArgumentHelp("Output folder of the runs.", valueName: "dir"))
    var output: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Look at this run alone (default: at every run of the folder).", valueName: "name")
    )
    var runName: String?

    @Flag(help: "Remove runs whole that were cancelled.")
    var cancelled = false

    @Option(
        help: ArgumentHelp(
            "Remove runs whole of which nothing is left to do and nothing was added for so long: 12h, 30d, 8w.",
            valueName: "span"
        )
    )
    var finishedFor: TimeSpan?

    @Flag(help: "Remove what is listed.")
    var yes = false

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var logs: LogOptions

    var whatIsLeft: String {
        yes ? "what is needed is all there, the same command removes the rest" : "nothing was removed"
    }

    func run() async throws {
        let root = Paths.absolute(output)
        if let flaw = try OutputFolder.flaw(root) { throw CommandFailure(.configuration, flaw) }
        let rules = PruneRules(takesCancelled: cancelled, finishedFor_s: finishedFor?.seconds)
        let hasQueue =
            try databaseOptions.database != nil || databaseOptions.isAddressGiven
            || Folders.isPresent(DatabaseSession.privateDataDirectory(of: root))
        guard hasQueue || !rules.takesRuns else {
            throw CommandFailure(
                .configuration,
                "whole runs go from their queue too, and there is no database in '\(root)': give --database URL"
            )
        }
        var total = Total()
        if hasQueue {
            total = try await RunDatabase.use(databaseOptions, output: root) { queue in
                var total = try await removals(of: root, queue)
                for run in try runs(of: root) { try await prune(run, rules, queue, &total) }
                return total
            }
        } else {
            for run in try runs(of: root) { try await prune(run, rules, nil, &total) }
        }
        Terminal.say(
            "\(total.runs) whole runs, \(total.files) files, \(total.byteCount) bytes "
                + (yes ? "removed" : "can be removed; --yes removes them")
        )
    }

    private struct Total {
        var runs = 0
        var files = 0
        var byteCount = 0
    }

    private func runs(of root: String) throws -> [any RunStore] {
        if let runName { return [try ResultOptions.named(runName, inOutput: root)] }
        return try RunStores.all(inOutput: root)
    }

    /// Ends removals that were cut off.
    private func removals(of root: String, _ queue: JobQueue) async throws -> Total {
        var total = Total()
        for retired in try RetiredRun.all(inOutput: root) where runName == nil || retired.folder.run == runName {
            try await take(retired.folder, "its removal was cut off", &total) {
                try await RunRemoval(queue: queue).finish(retired)
            }
        }
        return total
    }

    private func prune(_ store: any RunStore, _ rules: PruneRules, _ queue: JobQueue?, _ total: inout Total)
        async throws
    {
        let status = try await queue?.runStatus(store.run)
        let identity = try store.readIdentity()
        var bond: FolderBond?
        if let queue {
            bond = FolderBond.decide(
                identity: identity,
                hasResults: try store.hasResults(),
                queue: try await queue.identity(),
                run: status?.identity
            )
        }
        switch rules.decide(status, bond: bond, hasIdentity: identity != nil) {
        case .nothing(let why): Terminal.say("run \(store.run): left as it is: \(why)")
        case .whole(let why):
            guard let queue, let status, let folder = store as? RunDirectory else { return }
            try await take(folder, why, &total) {
                try await RunRemoval(queue: queue).remove(folder, identity: status.identity)
            }
        case .superseded:
            guard let accepted = try await accepted(store, status, queue) else { return }
            let superseded = try SupersededFiles(in: store, accepted: accepted)
            total.byteCount += try superseded.perform(in: store, removes: yes)
            total.files += superseded.files.count
        }
    }

    /// A run's accepted files: by its queue where that knows it, else by its manifest; nil where nobody says.
    private func accepted(_ store: any RunStore, _ status: RunStatus?, _ queue: JobQueue?) async throws
        -> [SupersededFiles.Accepted]?
    {
        if let queue, let status {
            return try await queue.mapResults(run: status.name) { stored in
                .init(scene: stored.sceneName, lease: stored.lease, byteCount: Int(stored.result.byteCount))
            }
        }
        guard try store.hasManifest() else {
            if try store.hasResults() {
                Terminal.say(
                    "run \(store.run): left as it is: it has no run.json yet, and no queue that knows it was asked"
                )
            }
            return nil
        }
        return SupersededFiles.accepted(try store.readManifest())
    }

    private func take(
        _ folder: RunDirectory,
        _ why: String,
        _ total: inout Total,
        _ body: () async throws -> RunRemoval.Outcome
    ) async throws {
        let contents = try folder.contents()
        if yes, case .kept(let reason) = try await body() {
            return Terminal.say("run \(folder.run): left as it is: \(reason)")
        }
        Terminal.output("\(folder.path)\n")
        Terminal.say("run \(folder.run): \(why); \(contents.files) files of \(contents.byteCount) bytes")
        total.runs += 1
        total.files += contents.files
        total.byteCount += contents.byteCount
    }
}

/// A length of time as people write it: a whole number and `m`, `h`, `d` or `w`.
struct TimeSpan: ExpressibleByArgument, Equatable {
    let seconds: Double

    init?(argument: String) {
        let units: [Character: Double] = ["m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }), let number = Int(argument.dropLast()),
            (0...100_000).contains(number), argument.first != "+"
        else { return nil }
        seconds = Double(number) * unit
    }
}
