internal import Foundation
internal import JobQueue

/// What `status --json` prints; the keys are part of the command's contract.
struct StatusDocument: Encodable {
    struct Run: Encodable {
        let name: String
        let state: String
        let priority: Int
        let queued: Int
        let leased: Int
        let done: Int
        let failed: Int
        let quarantined: Int
        let cancelled: Int
        let scenes: Int
        let samplesDone: Int
        let samplesTotal: Int
        let samplesPerSecond: Double?
        let secondsRemaining: Double?
        let isFinished: Bool
        let createdAt: Date
        let firstStartedAt: Date?
        let lastCompletedAt: Date?
        /// With `--scores`: the score of what is done.
        let score: ScoreSummary.Headline?
    }

    struct Worker: Encodable {
        let id: Int64
        let host: String
        let pid: Int
        let slots: Int
        let version: String
        let state: String
        let silentSeconds: Double
        let leasedScenes: Int
        let note: String
        let kernels: String
        let samplesPerSecond: Double
        let samplesComputed: Int
        let scenesFailed: Int
        let writesRefused: Int
        let freeBytes: Int64?
        let leftAt: Date?
        /// Why it left; empty while it is live.
        let reason: String
    }

    let runs: [Run]
    let workers: [Worker]
    let hosts: [WorkerOverview.Host]
    /// Workers that left within the last hour, by host and reason.
    let departures: [WorkerOverview.Departure]
    /// What an operator should know at once: that scenes wait and nobody works, and why.
    let remarks: [String]

    init(runs: [RunStatus], workers: [WorkerStatus], scores: [String: ScoreSummary] = [:]) {
        self.runs = runs.map { run in
            Run(
                name: run.name,
                state: run.state.rawValue,
                priority: run.priority,
                queued: run.counts.queued,
                leased: run.counts.leased,
                done: run.counts.done,
                failed: run.counts.failed,
                quarantined: run.counts.quarantined,
                cancelled: run.counts.cancelled,
                scenes: run.counts.scenes,
                samplesDone: run.counts.samplesDone,
                samplesTotal: run.counts.samplesTotal,
                samplesPerSecond: run.samplesPerSecond,
                secondsRemaining: run.secondsRemaining,
                isFinished: run.isFinished,
                createdAt: run.createdAt,
                firstStartedAt: run.firstStartedAt,
                lastCompletedAt: run.lastCompletedAt,
                score: scores[run.name]?.headline
            )
        }
        let overview = WorkerOverview(workers)
        hosts = overview.hosts
        departures = overview.departures
        remarks = [overview.remark(on: runs)].compactMap { $0 }
        self.workers = workers.map { worker in
            Worker(
                id: worker.id.rawValue,
                host: worker.description.host,
                pid: worker.description.pid,
                slots: worker.description.slots,
                version: worker.description.version,
                state: worker.state.rawValue,
                silentSeconds: worker.silentSeconds,
                leasedScenes: worker.leasedScenes,
                note: worker.note,
                kernels: worker.description.kernels,
                samplesPerSecond: worker.samplesPerSecond,
                samplesComputed: worker.report.samplesComputed,
                scenesFailed: worker.report.scenesFailed,
                writesRefused: worker.report.writesRefused,
                freeBytes: worker.report.freeBytes,
                leftAt: worker.leftAt,
                reason: worker.reason
            )
        }
    }

    /// The document as JSON text with sorted keys and ISO 8601 dates.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
