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
            Refused if the database was migrated by a newer program. `--to 0` removes every table of the queue.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("Version to go to, up or down (default: the newest).", valueName: "n")
    )
    var target: Int?

    func run() async throws {
        let session = try await DatabaseSession.open(
            databaseOptions.connectionString,
            schema: databaseOptions.schema,
            outputDirectory: nil,
            ownsOutput: false
        )
        do {
            let version = try await session.queue.migrate(to: target)
            Terminal.output("schema \"\(session.schema)\" is at version \(version)\n")
            await session.close()
        } catch {
            await session.close()
            throw error
        }
    }
}
