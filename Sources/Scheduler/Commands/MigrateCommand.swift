internal import ArgumentParser
internal import CommandSupport
internal import JobQueue

/// `occ-scheduler migrate`: bring the queue's tables to this program's version.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Create or upgrade the queue's tables.",
        discussion: """
            Example: occ-scheduler migrate --database postgresql://db.local/occ
            Example: occ-scheduler migrate --database postgresql://db.local/occ --grant-worker occ_worker
            Refused if the database was migrated by a newer program. `--to 0 --drop-runs` removes every table of the queue.
            --grant-worker lets an existing role do a worker's work and nothing else: read the queue, claim, beat, report. It cannot \
            submit, change or remove runs, nor alter or drop a table. What was granted is checked; asking again repairs it. Repeat it \
            after each migration.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("Version to go to, up or down (default: the newest).", valueName: "n")
    )
    var target: Int?

    @Flag(help: "With --to 0: remove runs and results too.")
    var dropRuns = false

    @Option(help: ArgumentHelp("Role to give a worker's rights, and no others.", valueName: "role"))
    var grantWorker: String?

    @OptionGroup var logs: LogOptions

    func validate() throws {
        if let target, target < 0 { throw ValidationError("--to must be 0 or more, not \(target)") }
        if dropRuns && target != 0 { throw ValidationError("--drop-runs goes with --to 0") }
        if target == 0 && grantWorker != nil { throw ValidationError("--to 0 leaves nothing to grant") }
    }

    func run() async throws {
        let session = try await DatabaseSession.open(
            try databaseOptions.choice(use: .never),
            schema: databaseOptions.schema
        )
        do {
            if target == 0 && !dropRuns { try await refuseToLoseRuns(session.queue) }
            let version = try await session.queue.migrate(to: target)
            Terminal.output("schema \"\(session.schema)\" is at version \(version)\n")
            if let grantWorker {
                let check = try await session.queue.grantWorker(role: grantWorker)
                Terminal.output("role \"\(grantWorker)\" may do a worker's work\n")
                if check == .asked {
                    Terminal.say(
                        "the rights were read from the database, not tried: this role may not act as \"\(grantWorker)\""
                            + " (GRANT \"\(grantWorker)\" TO this role allows it)"
                    )
                }
            }
            await session.close()
        } catch {
            await session.close()
            throw error
        }
    }

    private func refuseToLoseRuns(_ queue: JobQueue) async throws {
        guard try await queue.schemaVersion() > 0 else { return }
        // Tables of another version cannot be looked into; they may hold runs too.
        let count = try? await queue.listRuns().count
        guard count != 0 else { return }
        throw CommandFailure(
            .configuration,
            "--to 0 would remove \(count.map { "\($0) runs" } ?? "all runs") with their results and history; add --drop-runs if that is"
                + " what you want (scene files stay)"
        )
    }
}
