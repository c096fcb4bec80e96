import Foundation
import JobQueue
import Testing

@testable import Scheduler

@Suite("What cancel, pause and unpause have to do")
struct SteeringTests {
    private func run(_ state: RunState, _ counts: SceneCounts, recentSamples: Int = 0) -> RunStatus {
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
            createdAt: Date(timeIntervalSince1970: 0),
            firstStartedAt: nil,
            lastCompletedAt: nil,
            now: Date(timeIntervalSince1970: 100),
            recentWindowSeconds: 600,
            recentScenes: 1,
            recentSamples: recentSamples,
            recentStartedAt: Date(timeIntervalSince1970: 0)
        )
    }

    private let working = SceneCounts(queued: 1, done: 1, samplesTotal: 20, samplesDone: 10)
    private let finished = SceneCounts(done: 1, failed: 1, samplesTotal: 20, samplesDone: 10)

    private func isRefused(_ steering: Steering, because text: String) -> Bool {
        if case .refused(let why) = steering { return why.contains(text) }
        return false
    }

    @Test("A finished run is neither cancelled, paused nor taken up")
    func onAFinishedRun() {
        let run = run(.active, finished)
        for steering in [Steering.cancelling(run), .pausing(run), .unpausing(run)] {
            #expect(
                isRefused(
                    steering,
                    because: "is finished, 1 of 2 scenes done; `occ-scheduler retry` queues the 1 that failed"
                )
            )
        }
        // It may have ended while it was paused.
        #expect(isRefused(.cancelling(self.run(.paused, finished)), because: "finished"))
        #expect(Steering.unpausing(self.run(.paused, finished)) == .perform)
    }

    @Test("A cancelled run stays cancelled, and what takes it up again is named")
    func onACancelledRun() {
        let run = run(.cancelled, SceneCounts(done: 1, cancelled: 1))
        #expect(isRefused(.pausing(run), because: "occ-scheduler resume"))
        #expect(isRefused(.unpausing(run), because: "occ-scheduler resume"))
        #expect(Steering.cancelling(run) == .alreadySo("run: is cancelled already"))
    }

    @Test("What is so already is said, what is not is done")
    func onAWorkingRun() {
        #expect(Steering.cancelling(run(.active, working)) == .perform)
        #expect(Steering.cancelling(run(.paused, working)) == .perform)
        #expect(Steering.pausing(run(.active, working)) == .perform)
        #expect(Steering.pausing(run(.paused, working)) == .alreadySo("run: is paused already"))
        #expect(Steering.unpausing(run(.paused, working)) == .perform)
        #expect(Steering.unpausing(run(.active, working)) == .alreadySo("run: is not paused"))
    }

    @Test("A paused run has no time of arrival, in tables, documents and progress lines")
    func pausedHasNoETA() {
        #expect(run(.active, working, recentSamples: 10).secondsRemaining == 100)
        #expect(run(.paused, working, recentSamples: 10).secondsRemaining == nil)
        let table = StatusTable.render(runs: [run(.paused, working, recentSamples: 10)], workers: [])
        #expect(!table.contains("no workers") && !table.contains("1m40s"))
        var snapshot = ProgressSnapshot(
            scenesDone: 1,
            scenesTotal: 2,
            samplesDone: 10,
            samplesTotal: 20,
            failures: 0,
            workers: 1,
            samplesPerSecond: 1,
            remainingSeconds: 10
        )
        snapshot.isPaused = true
        let line = ProgressLine.render(snapshot, width: 100)
        #expect(line.contains("| paused |") && !line.contains("ETA"))
    }
}
