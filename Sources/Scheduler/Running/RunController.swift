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
        if Terminal.logFormat == .json { arguments += ["--log-format", "json"] }
        if session.schema != "occ" { arguments += ["--schema", session.schema] }
        return LocalWorkers.Configuration(
            executable: executable,
            arguments: arguments,
            argumentsOfWorker: { [workers] in workers.pinArguments(worker: $0) },
            environment: [
                DatabaseEnvironment.variable: session.connectionString, DatabaseEnvironment.fileVariable: "",
            ],
            logDirectory: plan.outputDirectory + "/logs",
            count: workers.processCount
        )
    }

    private func watch(_ local: LocalWorkers) async throws {
        var watch = RunWatch(
            run: plan.name,
            logFolder: plan.outputDirectory + "/logs",
            hasWorkers: workers.processCount > 0,
            isInteractive: Terminal.isInteractive
        )
        while true {
            if signals.isInterrupted {
                Terminal.say(
                    "interrupted: workers store the sample in hand and give their scenes back; Ctrl-C again leaves at once"
                )
                throw CommandFailure(.interrupted, "interrupted; the same command goes on from here")
            }
            let now = MonotonicClock.nowSeconds
            for death in try local.tend(now: now, progress: watch.progress) { await note(death) }
            if watch.beginLook(at: now) {
                guard let look = try await look(for: watch, local, now: now) else { continue }
                let decision = watch.judge(look, at: now)
                if let progress = decision.progress { show(progress) }
                for line in decision.lines { Terminal.say(line) }
                switch decision.ending {
                case .finished: return
                case .failed(let status, let why): throw CommandFailure(status, why)
                case nil: break
                }
            }
            try await Task.sleep(nanoseconds: UInt64(RunWatch.tickSeconds * 1e9))
        }
    }

    /// Asks the database; nil where its server died meanwhile and was started again.
    private func look(for watch: RunWatch, _ local: LocalWorkers, now: Double) async throws -> RunWatch.Look? {
        do {
            try await session.reviveServer()
            _ = try await session.queue.reap()
            let status = try await session.queue.runStatus(plan.name)
            var live: [WorkerStatus]?
            if watch.showsProgress(of: status, at: now) {
                live = try await session.queue.workers().filter { $0.state == .live }
            }
            return RunWatch.Look(
                status: status,
                live: live,
                running: local.runningCount,
                hasGivenUp: local.hasGivenUp
            )
        } catch {
            guard try await session.reviveServer() else { throw error }
            return nil
        }
    }

    private func show(_ progress: ProgressSnapshot) {
        let isText = Terminal.logFormat == .text
        let width = Terminal.isInteractive && isText ? Terminal.width - 1 : 160
        Terminal.showProgress(ProgressLine.render(progress, width: width, hasBar: isText))
    }

    private func note(_ death: LocalWorkers.Death) async {
        Terminal.say(
            "worker \(death.index + 1) (pid \(death.processID)) \(death.cause); its scene goes back to the queue"
        )
        for line in death.shownWords { Terminal.say("    \(line)") }
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
