import Foundation
import JobQueue
import Testing

@testable import Scheduler

/// What `status` says of workers, present and gone.
@Suite("Status")
struct StatusTests {
    private func worker(
        _ id: Int64,
        host: String,
        state: WorkerStatus.State = .live,
        rate: Double = 0,
        report: WorkerReport = WorkerReport(),
        gone: Double? = nil,
        reason: String = "",
        identity: String? = nil
    ) -> WorkerStatus {
        WorkerStatus(
            id: WorkerID(rawValue: id),
            description: WorkerDescription(
                host: host,
                pid: Int(id),
                slots: 2,
                version: "1",
                identity: identity ?? "i\(id)",
                kernels: host == "b" ? "avx512" : "avx2"
            ),
            state: state,
            registeredAt: Date(),
            lastSeenAt: Date(),
            silentSeconds: gone ?? 1,
            leasedScenes: state == .live ? 1 : 0,
            report: report,
            samplesPerSecond: rate,
            leftAt: gone.map { Date(timeIntervalSinceNow: -$0) },
            goneSeconds: gone,
            reason: reason
        )
    }

    private func run(_ counts: SceneCounts, state: RunState = .active) -> RunStatus {
        RunStatus(
            runID: 1,
            name: "run",
            kind: "k",
            formatVersion: 1,
            settings: "{}",
            priority: 0,
            maximumAttempts: 3,
            state: state,
            counts: counts,
            createdAt: Date(),
            firstStartedAt: nil,
            lastCompletedAt: nil,
            now: Date(),
            recentWindowSeconds: 600,
            recentScenes: 0,
            recentSamples: 0
        )
    }

    @Test("A row a host: scenes, rate, kernels, free space, faults")
    func hosts() throws {
        let overview = WorkerOverview([
            worker(1, host: "a", rate: 0.5, report: WorkerReport(scenesFailed: 2, freeBytes: 5_000_000_000)),
            worker(2, host: "a", rate: 0.25, report: WorkerReport(writesRefused: 1, freeBytes: 4_000_000_000)),
            worker(3, host: "b", rate: 2),
            worker(4, host: "a", state: .expired, gone: 60, reason: "vanished: nothing was heard of it for 31 s"),
            worker(5, host: "a", state: .expired, gone: 7200, reason: "vanished: nothing was heard of it for 31 s"),
        ])
        #expect(
            overview.hosts == [
                .init(
                    host: "a",
                    workers: 2,
                    slots: 4,
                    leasedScenes: 2,
                    samplesPerSecond: 0.75,
                    kernels: ["avx2"],
                    freeBytes: 4_000_000_000,
                    faults: 4
                ),
                .init(
                    host: "b",
                    workers: 1,
                    slots: 2,
                    leasedScenes: 1,
                    samplesPerSecond: 2,
                    kernels: ["avx512"],
                    freeBytes: nil,
                    faults: 0
                ),
            ]
        )
        #expect(overview.departures.map(\.secondsAgo) == [60])
    }

    @Test("Those that left are listed with their reason for an hour; a process that registered anew has not left")
    func departures() {
        let overview = WorkerOverview([
            worker(9, host: "a", identity: "same"),
            worker(8, host: "a", state: .retired, gone: 3, reason: "it registered anew", identity: "same"),
            worker(1, host: "c", state: .retired, gone: 90, reason: "no space left on device"),
            worker(2, host: "c", state: .retired, gone: 30, reason: "no space left on device"),
            worker(3, host: "d", state: .expired, gone: 50, reason: "vanished: nothing was heard of it for 31 s"),
            worker(4, host: "d", state: .expired, gone: 40, reason: "vanished: nothing was heard of it for 35 s"),
            worker(6, host: "c", state: .retired, gone: 300, reason: "it registered anew", identity: "i2"),
            worker(5, host: "e", state: .retired, gone: 3601, reason: "it was told to stop"),
        ])
        #expect(
            overview.departures == [
                .init(host: "c", workers: 2, secondsAgo: 30, reason: "no space left on device"),
                .init(host: "d", workers: 2, secondsAgo: 40, reason: "vanished: nothing was heard of it any more"),
            ]
        )
    }

    @Test("Where scenes wait and nobody works it says so, and why the last worker left, however long ago")
    func nobodyWorks() throws {
        let waiting = run(SceneCounts(queued: 3, done: 1))
        let gone = [
            worker(1, host: "c", state: .retired, gone: 9000, reason: "older"),
            worker(2, host: "c", state: .retired, gone: 7200, reason: "no space left on device"),
        ]
        let text = StatusTable.render(runs: [waiting], workers: gone)
        #expect(
            text.contains(
                "3 scenes wait and nobody works: the last worker (2 on c, pid 2) left 2h00m ago: no space left on device\n"
            )
        )
        #expect(StatusTable.render(runs: [waiting], workers: []).contains("no worker was seen so far"))
        for quiet in [run(SceneCounts(done: 4)), run(SceneCounts(queued: 3), state: .paused)] {
            #expect(!StatusTable.render(runs: [quiet], workers: gone).contains("nobody works"))
        }
        #expect(!StatusTable.render(runs: [waiting], workers: [worker(3, host: "x")] + gone).contains("nobody works"))
        let document = try StatusDocument(runs: [waiting], workers: gone).text()
        #expect(document.contains("\"remarks\" : [\n    \"3 scenes wait and nobody works"))
        #expect(document.contains("\"reason\" : \"no space left on device\""))
    }

    @Test("Sizes are short")
    func sizes() {
        #expect(
            [999, 5_300_000, 412_000_000_000, 20_500_000_000_000].map(StatusTable.bytes) == [
                "0 kB", "5 MB", "412 GB", "20 TB",
            ]
        )
    }
}
