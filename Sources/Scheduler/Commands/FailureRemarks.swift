internal import Foundation
internal import JobQueue

/// What kept scenes from being done without any of them being at fault: hosts and the database.
enum FailureRemarks {
    /// One line for each reason for which scenes that wait now were given back, and one where nobody works on them.
    static func lines(of run: RunStatus, _ queue: JobQueue) async throws -> [String] {
        guard run.counts.remaining > 0 else { return [] }
        let releases = try await queue.releases(run: run.name).map { release in
            "\(release.scenes) waiting \(release.scenes == 1 ? "scene was" : "scenes were") given back, last by host"
                + " \(release.host) at \(ISO8601DateFormatter().string(from: release.occurredAt)): \(release.reason)"
        }
        return releases + [WorkerOverview(try await queue.workers()).remark(on: [run])].compactMap { $0 }
    }
}
