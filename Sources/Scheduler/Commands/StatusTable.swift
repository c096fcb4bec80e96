internal import Foundation
internal import JobQueue

/// What `status` shows to people.
enum StatusTable {
    /// A table of runs and, below it, one of live workers.
    ///
    /// - Parameter scores: scores by name of the run; nil for a table without them.
    static func render(runs: [RunStatus], workers: [WorkerStatus], scores: [String: ScoreSummary]? = nil) -> String {
        if runs.isEmpty { return "no runs\n" }
        let live = workers.filter { $0.state == .live }
        var text = TextTable.render(
            header: ["run", "state", "done", "leased", "queued", "failed", "samples", "samples/s", "ETA"]
                + (scores == nil ? [] : ["score so far"]),
            rows: runs.map { run in
                [
                    run.name, run.isFinished && run.state == .active ? "finished" : run.state.rawValue,
                    "\(run.counts.done)/\(run.counts.scenes)", "\(run.counts.leased)", "\(run.counts.queued)",
                    failures(run.counts), "\(run.counts.samplesDone)/\(run.counts.samplesTotal)",
                    run.samplesPerSecond.map { String(format: "%.2f", $0) } ?? "-",
                    remaining(of: run, hasWorkers: !live.isEmpty),
                ] + (scores.map { [$0[run.name]?.line ?? "-"] } ?? [])
            }
        )
        if !live.isEmpty {
            text += "\n"
            text += TextTable.render(
                header: ["worker", "host", "pid", "slots", "scenes", "last heartbeat"],
                rows: live.map { worker in
                    [
                        worker.id.description, worker.description.host, "\(worker.description.pid)",
                        "\(worker.description.slots)", "\(worker.leasedScenes)",
                        ProgressLine.duration(worker.silentSeconds) + " ago",
                    ]
                }
            )
            for worker in live where !worker.note.isEmpty { text += "worker \(worker.id): \(worker.note)\n" }
        }
        return text
    }

    private static func remaining(of run: RunStatus, hasWorkers: Bool) -> String {
        if run.isFinished || run.state != .active { return "-" }
        return hasWorkers ? run.secondsRemaining.map(ProgressLine.duration) ?? "unknown" : "no workers"
    }

    private static func failures(_ counts: SceneCounts) -> String {
        counts.quarantined == 0 ? "\(counts.failed)" : "\(counts.failed) + \(counts.quarantined) quarantined"
    }
}
