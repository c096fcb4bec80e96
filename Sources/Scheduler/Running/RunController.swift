internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import RunContract
internal import Scoring
internal import SystemSupport

/// Sees a submitted run through on this machine: workers, progress, the manifest at the end.
struct RunController {
    let plan: RunPlan
    let session: DatabaseSession
    let signals: SignalWatcher
    let workers: WorkerOptions

    /// Between two looks at the workers; the database is asked every second look.
    private static let tickSeconds = 0.25
    /// Between two plain progress lines where no terminal is.
    private static let plainProgressSeconds = 10.0
    /// How long workers may take to give their scenes back; a worker leaves by itself within 10 s.
    private static let stopGraceSeconds = 12.0

    /// Works until nothing is queued or leased, or until interrupted.
    ///
    /// - Throws: `CommandFailure` when interrupted or when no worker can live here.
    func work() async throws {
        let local = LocalWorkers(configuration())
        Terminal.say(
            "starting \(workers.processCount) worker\(workers.processCount == 1 ? "" : "s"); each reads the model before its first sample"
        )
        try local.start()
        do {
            try await watch(local)
        } catch {
            await local.stop(graceSeconds: Self.stopGraceSeconds)
            throw error
        }
        await local.stop(graceSeconds: Self.stopGraceSeconds)
    }

    private func configuration() -> LocalWorkers.Configuration {
        let executable = ProgramPath.sibling("occ-worker")
        var arguments = [
            "serve", "--run", plan.name, "--slots", String(workers.slotsPerWorker), "--model", plan.settings.modelPath,
            "--parent", String(ProcessInfo.processInfo.processIdentifier),
        ]
        // The settings that workers read may name the folder's former place.
        if plan.isQueueInOutput || plan.outputDirectory != plan.settings.outputDirectory {
            arguments += ["--output", plan.outputDirectory]
        }
        if session.schema != "occ" { arguments += ["--schema", session.schema] }
        return LocalWorkers.Configuration(
            executable: executable,
            arguments: arguments,
            environment: ["OCC_DATABASE_URL": session.connectionString],
            logDirectory: plan.outputDirectory + "/logs",
            count: workers.processCount
        )
    }

    private func watch(_ local: LocalWorkers) async throws {
        var estimator = RateEstimator()
        var lastPlainLine = -Double.infinity
        var lastProgress: Int64 = 0
        var lookAt = 0.0
        var isPausedSaid = false
        var notesSaid: Set<String> = []
        while true {
            if signals.isInterrupted {
                Terminal.say(
                    "interrupted: workers store the sample in hand and give their scenes back; Ctrl-C again leaves at once"
                )
                throw CommandFailure(.interrupted, "interrupted; the same command goes on from here")
            }
            let now = MonotonicClock.nowSeconds
            for death in try local.tend(now: now, progress: lastProgress) { await note(death) }
            if now >= lookAt {
                lookAt = now + 2 * Self.tickSeconds
                let found: RunStatus?
                var live: [WorkerStatus] = []
                let isDue: Bool
                do {
                    try await session.reviveServer()
                    _ = try await session.queue.reap()
                    found = try await session.queue.runStatus(plan.name)
                    isDue =
                        Terminal.isInteractive || now - lastPlainLine >= Self.plainProgressSeconds
                        || found?.isFinished == true
                    if isDue { live = try await session.queue.workers().filter { $0.state == .live } }
                } catch {
                    // The server may have died while it was asked: then it is asked again.
                    guard try await session.reviveServer() else { throw error }
                    continue
                }
                guard let status = found else {
                    throw CommandFailure(.environment, "run '\(plan.name)' has vanished from the database")
                }
                let counts = status.counts
                // A scene that was quarantined is no progress: on a machine where nothing can live all of them would be.
                lastProgress = Int64(counts.samplesDone + counts.done + counts.failed)
                estimator.observe(Int64(counts.samplesDone), at: now)
                if isDue {
                    lastPlainLine = now
                    show(status, estimator: estimator, workers: local.runningCount)
                    for worker in live {
                        guard !worker.note.isEmpty, notesSaid.insert(worker.note).inserted else { continue }
                        Terminal.say("worker \(worker.id) (pid \(worker.description.pid)) \(worker.note)")
                    }
                }
                if status.state == .cancelled {
                    throw CommandFailure(
                        .someScenesFailed,
                        "run '\(plan.name)' was cancelled; the same command takes it up again"
                    )
                }
                if status.isFinished { return }
                if status.state == .paused && !isPausedSaid {
                    isPausedSaid = true
                    Terminal.say("the run is paused; go on with `occ-scheduler unpause`, or stop with Ctrl-C")
                }
                if local.hasGivenUp && workers.processCount > 0 {
                    throw CommandFailure(
                        .environment,
                        "no worker can live on this machine; their last words are above and in '\(plan.outputDirectory)/logs'"
                    )
                }
            }
            try await Task.sleep(nanoseconds: UInt64(Self.tickSeconds * 1e9))
        }
    }

    private func show(_ status: RunStatus, estimator: RateEstimator, workers: Int) {
        let counts = status.counts
        let snapshot = ProgressSnapshot(
            scenesDone: Int64(counts.done),
            scenesTotal: Int64(counts.scenes),
            samplesDone: Int64(counts.samplesDone),
            samplesTotal: Int64(counts.samplesTotal),
            failures: Int64(counts.failed + counts.quarantined),
            workers: workers,
            samplesPerSecond: estimator.rate,
            remainingSeconds: estimator.remainingSeconds(total: Int64(counts.samplesTotal)),
            isPaused: status.state == .paused
        )
        Terminal.showProgress(ProgressLine.render(snapshot, width: Terminal.isInteractive ? Terminal.width - 1 : 160))
    }

    private func note(_ death: LocalWorkers.Death) async {
        Terminal.say(
            "worker \(death.index + 1) (pid \(death.processID)) \(death.cause); its scene goes back to the queue"
        )
        for line in death.lastWords { Terminal.say("    \(line)") }
        if death.isGivenUp {
            Terminal.say(
                "worker \(death.index + 1) is not started again: it ended again and again with nothing done in between"
            )
        }
        // Without this the queue would find out too, but only when the heartbeat expires.
        do {
            try await session.queue.reportDeath(
                identity: death.identity,
                cause: death.cause,
                lastWords: death.lastWords
            )
        } catch {
            Terminal.say("warning: the database was not told: \(error)")
        }
    }
}
