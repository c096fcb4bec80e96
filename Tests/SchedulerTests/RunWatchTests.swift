import CommandSupport
import Foundation
import JobQueue
import Testing

@testable import Scheduler

@Suite("What seeing a run through decides")
struct RunWatchTests {
    @Test("Of a worker that left with an error, only that is shown")
    func lastWords() {
        func shown(_ words: String...) -> [String] {
            let death = LocalWorkers.Death(
                index: 0,
                processID: 1,
                identity: "",
                cause: "",
                lastWords: words,
                isGivenUp: false
            )
            return death.shownWords
        }
        #expect(shown("registered", "scene started", "error: no room") == ["error: no room"])
        #expect(shown("registered", "scene started") == ["registered", "scene started"])
    }

    private func watch(isInteractive: Bool = false, hasWorkers: Bool = true) -> RunWatch {
        RunWatch(run: "run", logFolder: "out/logs", hasWorkers: hasWorkers, isInteractive: isInteractive)
    }

    private func look(
        _ state: RunState = .active,
        _ counts: SceneCounts = SceneCounts(queued: 1, done: 1, samplesTotal: 20, samplesDone: 10),
        notes: [String]? = nil,
        hasGivenUp: Bool = false
    ) -> RunWatch.Look {
        let date = Date(timeIntervalSince1970: 0)
        let status = RunStatus(
            runID: 1,
            name: "run",
            kind: "k",
            formatVersion: 1,
            settings: "{}",
            priority: 0,
            maximumAttempts: 3,
            state: state,
            counts: counts,
            createdAt: date,
            firstStartedAt: nil,
            lastCompletedAt: nil,
            now: date,
            recentWindowSeconds: 600,
            recentScenes: 0,
            recentSamples: 0
        )
        let live = notes?.map { note in
            WorkerStatus(
                id: WorkerID(rawValue: 7),
                description: WorkerDescription(host: "h", pid: 8, slots: 1, version: "1"),
                state: .live,
                registeredAt: date,
                lastSeenAt: date,
                silentSeconds: 0,
                leasedScenes: 1,
                report: WorkerReport(note: note)
            )
        }
        return RunWatch.Look(status: status, live: live, running: 2, hasGivenUp: hasGivenUp)
    }

    @Test("The database is asked every half second, progress is shown every ten")
    func pace() throws {
        var watch = watch()
        #expect(watch.beginLook(at: 100) && !watch.beginLook(at: 100.4) && watch.beginLook(at: 100.5))
        let status = try #require(look().status)
        #expect(watch.showsProgress(of: status, at: 100.5))
        _ = watch.judge(look(), at: 100.5)
        #expect(watch.showsProgress(of: status, at: 100.6), "nothing was shown yet")
        _ = watch.judge(look(notes: []), at: 101)
        #expect(!watch.showsProgress(of: status, at: 110.9) && watch.showsProgress(of: status, at: 111))
        #expect(!watch.showsProgress(of: nil, at: 102))
        #expect(watch.showsProgress(of: look(.active, SceneCounts(done: 1)).status, at: 102), "the last line")
        #expect(self.watch(isInteractive: true).showsProgress(of: status, at: 0))
    }

    @Test("Progress has the counts, this machine's workers, and the rate between looks")
    func progress() throws {
        var watch = watch()
        #expect(watch.judge(look(), at: 0).progress == nil)
        #expect(watch.progress == 11)
        let counts = SceneCounts(queued: 1, done: 2, failed: 1, quarantined: 1, samplesTotal: 50, samplesDone: 20)
        let decision = watch.judge(look(.active, counts, notes: []), at: 5)
        let progress = try #require(decision.progress)
        #expect(decision.lines == [] && decision.ending == nil)
        #expect(progress.scenesDone == 2 && progress.scenesTotal == 5 && progress.failures == 2)
        #expect(progress.samplesDone == 20 && progress.samplesTotal == 50 && progress.workers == 2)
        #expect(progress.samplesPerSecond == 2 && progress.remainingSeconds == 15 && !progress.isPaused)
        #expect(watch.progress == 23, "what was quarantined is no progress")
    }

    @Test("What workers say of themselves is said once")
    func notes() {
        var watch = watch()
        #expect(watch.judge(look(notes: ["", "rests"]), at: 0).lines == ["worker 7 (pid 8) rests"])
        #expect(watch.judge(look(notes: ["rests", "leaves"]), at: 1).lines == ["worker 7 (pid 8) leaves"])
        #expect(watch.judge(look(notes: ["rests"]), at: 2).lines == [])
    }

    @Test("A paused run goes on, and that is said once")
    func paused() {
        var watch = watch()
        let first = watch.judge(look(.paused, notes: []), at: 0)
        #expect(first.progress?.isPaused == true && first.ending == nil)
        #expect(first.lines == ["the run is paused; go on with `occ-scheduler unpause`, or stop with Ctrl-C"])
        #expect(watch.judge(look(.paused), at: 1).lines == [])
    }

    @Test("It ends with the run, with a cancelled or vanished one, and where no worker can live")
    func endings() {
        var watch = watch()
        #expect(watch.judge(look(), at: 0).ending == nil)
        let done = SceneCounts(done: 2, samplesTotal: 20, samplesDone: 20)
        #expect(watch.judge(look(.active, done, hasGivenUp: true), at: 1).ending == .finished)
        #expect(
            watch.judge(look(.cancelled, done), at: 2).ending
                == .failed(.someScenesFailed, "run 'run' was cancelled; the same command takes it up again")
        )
        #expect(
            watch.judge(look(hasGivenUp: true), at: 3).ending
                == .failed(
                    .environment,
                    "no worker can live on this machine; their last words are above and in 'out/logs'"
                )
        )
        var gone = look()
        gone.status = nil
        #expect(
            watch.judge(gone, at: 4)
                == RunWatch.Decision(
                    ending: .failed(.environment, "run 'run' has vanished from the database")
                )
        )
        var idle = self.watch(hasWorkers: false)
        #expect(idle.judge(look(hasGivenUp: true), at: 0).ending == nil)
    }
}
