internal import Foundation
internal import JobQueue
internal import SystemSupport

/// What `status` shows to people.
enum StatusTable {
    /// With more workers than this the hosts' table must do.
    private static let mostWorkersShown = 32

    /// A table of runs; below it one of hosts, one of live workers, and one of those that left within the last hour.
    ///
    /// - Parameter scores: scores by name of the run; nil for a table without them.
    static func render(runs: [RunStatus], workers: [WorkerStatus], scores: [String: ScoreSummary]? = nil) -> String {
        if runs.isEmpty { return "no runs\n" }
        let live = workers.filter { $0.state == .live }
        let overview = WorkerOverview(workers)
        var text = TextTable.render(
            header: ["run", "state", "done", "leased", "queued", "failed", "samples", "samples/s", "ETA"]
                + (scores == nil ? [] : ["score so far"]),
            rows: runs.map { run in
                [
                    run.name, run.isFinished && run.state == .active ? "finished" : run.state.rawValue,
                    "\(run.counts.done)/\(run.counts.scenes)", "\(run.counts.leased)", "\(run.counts.queued)",
                    failures(run.counts), "\(run.counts.samplesDone)/\(run.counts.samplesTotal)",
                    run.samplesPerSecond.map(rate) ?? "-",
                    remaining(of: run, hasWorkers: !live.isEmpty),
                ] + (scores.map { [$0[run.name]?.line ?? "-"] } ?? [])
            }
        )
        if let remark = overview.remark(on: runs) { text += "\n\(remark)\n" }
        if !live.isEmpty { text += "\n" + hosts(overview) + "\n" + table(of: live) }
        if !overview.departures.isEmpty { text += "\n" + departures(overview) }
        return text
    }

    private static func hosts(_ overview: WorkerOverview) -> String {
        TextTable.render(
            header: ["host", "workers", "slots", "scenes", "samples/s", "kernels", "free", "faults"],
            rows: overview.hosts.map { host in
                [
                    host.host, "\(host.workers)", "\(host.slots)", "\(host.leasedScenes)", rate(host.samplesPerSecond),
                    host.kernels.isEmpty ? "-" : host.kernels.joined(separator: ","),
                    host.freeBytes.map(bytes) ?? "-", "\(host.faults)",
                ]
            }
        )
    }

    private static func table(of live: [WorkerStatus]) -> String {
        var text = ""
        if live.count <= mostWorkersShown {
            text += TextTable.render(
                header: ["worker", "host", "pid", "slots", "scenes", "samples/s", "last heartbeat"],
                rows: live.map { worker in
                    [
                        worker.id.description, worker.description.host, "\(worker.description.pid)",
                        "\(worker.description.slots)", "\(worker.leasedScenes)", rate(worker.samplesPerSecond),
                        ProgressLine.duration(worker.silentSeconds) + " ago",
                    ]
                }
            )
        } else {
            text += "\(live.count) workers; --json lists each of them\n"
        }
        for worker in live where !worker.note.isEmpty { text += "worker \(worker.id): \(worker.note)\n" }
        return text
    }

    private static func departures(_ overview: WorkerOverview) -> String {
        TextTable.render(
            header: ["left", "host", "workers", "why"],
            rows: overview.departures.map { departure in
                [
                    ProgressLine.duration(departure.secondsAgo) + " ago", departure.host, "\(departure.workers)",
                    firstLine(departure.reason),
                ]
            }
        )
    }

    /// Texts of errors may have many lines; the JSON document has all.
    private static func firstLine(_ text: String) -> String {
        String(text.split(separator: "\n").first?.prefix(200) ?? "")
    }

    private static func rate(_ value: Double) -> String { String(format: "%.2f", value) }

    /// A size in powers of ten, as disks are sold: "412 GB".
    static func bytes(_ count: Int64) -> String {
        switch Double(count) {
        case ..<1e6: "\(count / 1000) kB"
        case ..<1e9: "\(count / 1_000_000) MB"
        case ..<1e13: "\(count / 1_000_000_000) GB"
        default: "\(count / 1_000_000_000_000) TB"
        }
    }

    private static func remaining(of run: RunStatus, hasWorkers: Bool) -> String {
        if run.isFinished || run.state != .active { return "-" }
        return hasWorkers ? run.secondsRemaining.map(ProgressLine.duration) ?? "unknown" : "no workers"
    }

    private static func failures(_ counts: SceneCounts) -> String {
        counts.quarantined == 0 ? "\(counts.failed)" : "\(counts.failed) + \(counts.quarantined) quarantined"
    }
}
