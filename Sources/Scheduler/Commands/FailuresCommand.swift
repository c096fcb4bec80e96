internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import JobQueue

/// `occ-scheduler failures`: which scenes had trouble, and why.
struct FailuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failures",
        abstract: "Show the scenes that had trouble, with the last error of each.",
        discussion: """
            Example: occ-scheduler failures --output out
            Exits with 1 if a scene is failed or quarantined. After the cause is mended: occ-scheduler retry.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var selection: RunSelection

    @Option(help: "Show at most this many scenes.")
    var limit: Int = 100

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be 1 to 100000") }
    }

    func run() async throws {
        let (records, remarks) = try await RunDatabase.use(databaseOptions, output: selection.output) { queue in
            let run = try await selection.select(from: queue)
            return (
                try await queue.failures(run: run.name, limit: limit), try await FailureRemarks.lines(of: run, queue)
            )
        }
        if records.isEmpty { Terminal.output("no scene had trouble\n") }
        for remark in remarks { Terminal.output(remark + "\n") }
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
        if records.contains(where: { $0.state == .failed || $0.state == .quarantined }) {
            throw ExitStatus.someScenesFailed
        }
    }
}
