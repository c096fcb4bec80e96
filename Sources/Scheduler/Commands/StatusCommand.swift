internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import PostgresClient
internal import Runs

/// `occ-scheduler status`: where runs stand.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show where runs and workers stand.",
        discussion: "Example: occ-scheduler status --database postgresql://db.local/occ --watch"
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var selection: RunSelection

    @Flag(help: "Show it again every two seconds until the run is finished.")
    var watch = false

    @Flag(help: "Add the score of what is done so far; reads what workers counted of every scene.")
    var scores = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    func run() async throws {
        try await RunDatabase.use(databaseOptions, output: selection.output, access: .reading) { queue, isRunActive in
            let signals = SignalWatcher()
            while true {
                let runs = try await statuses(queue)
                let workers = try await queue.workers()
                let summaries = scores ? try await summaries(of: runs, queue) : [:]
                let text =
                    json
                    ? try StatusDocument(runs: runs, workers: workers, scores: summaries).text()
                    : StatusTable.render(runs: runs, workers: workers, scores: scores ? summaries : nil)
                guard Terminal.output(text), watch, !signals.isInterrupted, runs.contains(where: { !$0.isFinished })
                else {
                    return
                }
                guard isRunActive else {
                    Terminal.say("nobody works on this folder now; go on with `occ-scheduler resume --output DIR`")
                    return
                }
                try await Task.sleep(nanoseconds: 2_000_000_000)
            }
        }
    }

    /// The scores of runs by name, those of the runs that have some.
    private func summaries(of runs: [RunStatus], _ queue: JobQueue) async throws -> [String: ScoreSummary] {
        var summaries: [String: ScoreSummary] = [:]
        for run in runs where run.counts.done > 0 {
            let settings = try RunSettings(json: run.settings, run: run.name)
            let caption = ScoreCaption(settings, expectedSamples: run.counts.samplesTotal)
            let stored = try await RunScores.stored(inQueue: queue, run: run.name)
            if !stored.scenes.isEmpty { summaries[run.name] = try ScoreSummary(stored, caption) }
        }
        return summaries
    }

    private func statuses(_ queue: JobQueue) async throws -> [RunStatus] {
        guard let name = selection.runName else { return try await queue.listRuns() }
        guard let status = try await queue.runStatus(name) else { throw JobQueueError.unknownRun(name) }
        return [status]
    }
}
