internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import RunContract
internal import Scoring
internal import Storage
internal import SystemSupport

/// `occ-scheduler verify`: every byte of a run.
struct VerifyCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every byte of a run's scene files against their checksums and run.json.",
        discussion: """
            Example: occ-scheduler verify --output out
            Exits with 1 if anything is missing, truncated or damaged, with 3 if files may not be read. \
            With --requeue the scenes concerned are queued again; the same `occ-scheduler run` (or workers on the cluster) then repairs the run.
            """
    )

    @OptionGroup var results: ResultOptions
    @OptionGroup var databaseOptions: DatabaseOptions

    @Flag(help: "Queue the scenes whose files are missing or damaged again.")
    var requeue = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var logs: LogOptions

    var whatIsLeft: String { requeue ? "scenes may have been queued again, the same command goes on" : nothingIsLeft }

    func run() async throws {
        let directory = try results.directory()
        let report = try directory.verify { checked, total in
            if Terminal.isInteractive { Terminal.showProgress("\(checked)/\(total) files") }
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Terminal.output(String(decoding: try encoder.encode(report), as: UTF8.self) + "\n")
        } else {
            for finding in report.findings {
                Terminal.say("\(finding.problem.rawValue): \(finding.scene ?? "-"): \(finding.path): \(finding.detail)")
            }
            Terminal.say(
                "run \(directory.run): \(report.files) files, \(report.samples) whole samples, \(report.bytes) bytes,"
                    + " \(report.findings.count) findings"
            )
            if report.unfinishedScenes > 0 {
                Terminal.say(
                    "\(report.unfinishedScenes) scenes of the run are not done; `occ-scheduler resume` goes on with them"
                )
            }
            for advice in VerificationAdvice.lines(report, requeues: requeue) { Terminal.say(advice) }
        }
        if requeue && !report.isClean { try await requeueDamaged(in: directory) }
        if report.isClean { return }
        // Where nothing but the right to read is missing, nothing is known to be wrong with the run.
        throw report.findings.allSatisfy { $0.problem == .unreadable } ? ExitStatus.environment : .someScenesFailed
    }

    /// What is queued again is judged by what the queue accepted: `run.json` may be older.
    private func requeueDamaged(in directory: any RunStore) async throws {
        let folder = Paths.absolute(results.output)
        let result = try await RunDatabase.use(databaseOptions, output: folder) { queue in
            guard let status = try await queue.runStatus(directory.run) else {
                throw JobQueueError.unknownRun(directory.run)
            }
            let result = try await DamagedScenes.requeue(
                of: status,
                in: directory,
                queue: queue,
                software: BuildInformation.software
            )
            if !result.requeued.isEmpty {
                await ManifestRefresh.perform(run: status.name, queue: queue, output: folder)
            }
            return result
        }
        Terminal.say(
            "queued \(result.requeued.count) scenes again; the run's own `occ-scheduler run` or `resume` command does them"
        )
        if !result.unreadable.isEmpty {
            Terminal.say("\(result.unreadable.count) files cannot be read; their scenes were left as they are")
        }
    }
}
