internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import PostgresClient
internal import RunContract
internal import Scoring

/// `occ-scheduler status`: where runs stand.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show where runs and workers stand.",
        discussion: """
            Example: occ-scheduler status --database postgresql://db.local/occ --watch
            Example: occ-scheduler status --output out --json
            --watch leaves when every run that is shown is finished: with 0 if all their scenes are done, with 1 if some are not \
            (`occ-scheduler failures` tells why), with 3 if nobody works on them, with 130 after Ctrl-C.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var selection: RunSelection

    @Flag(help: "Show it again every two seconds until the run is finished; on a terminal in the same place.")
    var watch = false

    @Flag(help: "Add the score of what is done so far; reads what workers counted of every scene.")
    var scores = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var logs: LogOptions

    func run() async throws {
        try await RunDatabase.use(databaseOptions, output: selection.output, access: .reading) { queue, isRunActive in
            let signals = watch ? SignalWatcher.takeOver() : nil
            var screen = WatchScreen()
            while true {
                let runs = try await statuses(queue)
                let workers = try await queue.workers()
                let summaries = scores ? try await summaries(of: runs, queue) : [:]
                var text =
                    json
                    ? try StatusDocument(runs: runs, workers: workers, scores: summaries).text()
                    : StatusTable.render(runs: runs, workers: workers, scores: scores ? summaries : nil)
                let isLast = !watch || !isRunActive || runs.allSatisfy(\.isFinished)
                if watch, !json, let (columns, rows) = Terminal.outputSize {
                    text = screen.frame(text, columns: columns, rows: rows, isLast: isLast)
                }
                guard Terminal.output(text), watch else { return }
                if isLast { return try conclude(runs) }
                try await Self.pause(signals)
            }
        }
    }

    /// Waits until the next look; a signal ends the watch.
    private static func pause(_ signals: SignalWatcher?) async throws {
        for _ in 0..<20 {
            if signals?.isInterrupted ?? false { throw ExitStatus.interrupted }
            try await Task.sleep(nanoseconds: 100_000_000)
        }
    }

    /// How a watch ends: by what became of the runs that it showed.
    private func conclude(_ runs: [RunStatus]) throws {
        guard runs.allSatisfy(\.isFinished) else {
            Terminal.say("nobody works on this folder now; go on with `occ-scheduler resume --output DIR`")
            throw ExitStatus.environment
        }
        for run in runs where !run.isComplete {
            Terminal.say(
                "\(run.name): \(run.counts.scenes - run.counts.done) of \(run.counts.scenes) scenes are not done"
                    + " (`occ-scheduler failures` tells why)"
            )
        }
        if !runs.allSatisfy(\.isComplete) { throw ExitStatus.someScenesFailed }
    }

    /// The scores of runs by name, those of the runs that have some.
    private func summaries(of runs: [RunStatus], _ queue: JobQueue) async throws -> [String: ScoreSummary] {
        var summaries: [String: ScoreSummary] = [:]
        for run in runs where run.counts.done > 0 {
            let stored = try await RunScores.stored(inQueue: queue, run: run.name)
            if !stored.scenes.isEmpty { summaries[run.name] = try ScoreSummary(stored, ScoreCaption(run)) }
        }
        return summaries
    }

    private func statuses(_ queue: JobQueue) async throws -> [RunStatus] {
        guard let name = selection.runName else { return try await queue.listRuns() }
        guard let status = try await queue.runStatus(name) else { throw JobQueueError.unknownRun(name) }
        return [status]
    }
}
