internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import PostgresClient

/// `occ-scheduler failures`: which scenes had trouble, and why.
struct FailuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failures",
        abstract: "Show the scenes that had trouble, with the last error of each.",
        discussion: """
            Example: occ-scheduler failures --output out
            Example: occ-scheduler failures --output out --json
            Exits with 1 if a scene is failed or quarantined. After the cause is mended: occ-scheduler retry.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var selection: RunSelection

    @Option(help: ArgumentHelp("Show at most this many scenes.", valueName: "n"))
    var limit: Int = 100

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var logs: LogOptions

    func validate() throws {
        try NumberRange.require(limit, in: 1...100_000, "--limit")
    }

    func run() async throws {
        let (run, records, remarks) = try await RunDatabase.use(
            databaseOptions,
            output: selection.output,
            access: .reading
        ) { queue in
            let run = try await selection.select(from: queue)
            return (
                run.name, try await queue.failures(run: run.name, limit: limit),
                try await FailureRemarks.lines(of: run, queue)
            )
        }
        if json {
            Terminal.output(try FailuresDocument(run: run, records: records, remarks: remarks).text())
        } else {
            if records.isEmpty { Terminal.output("no scene had trouble\n") }
            for remark in remarks { Terminal.output(remark + "\n") }
            show(records)
        }
        if records.contains(where: { $0.state == .failed || $0.state == .quarantined }) {
            throw ExitStatus.someScenesFailed
        }
    }

    private func show(_ records: [FailureRecord]) {
        for record in records {
            let when = ISO8601DateFormatter().string(from: record.occurredAt)
            Terminal.output(
                """
                \(record.sceneName)  \(record.state.rawValue)  errors \(record.errors), crashes \(record.crashes)  \
                host \(record.host)  \(when)
                    \(record.lastError.split(separator: "\n").joined(separator: "\n    "))

                """
            )
        }
    }
}
