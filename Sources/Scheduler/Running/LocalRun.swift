internal import CommandSupport
internal import Evaluation
internal import Foundation
internal import JobQueue
internal import RunContract
internal import Scoring
internal import Storage
internal import SystemSupport

/// The frame around a run on this machine: lock, database, submission, work, manifest, score, exit code.
struct LocalRun {
    let signals: SignalWatcher
    let workers: WorkerOptions
    /// The database to use.
    let database: DatabaseChoice
    let schema: String

    /// Performs a run whose plan may need the queue to be made.
    ///
    /// - Throws: `ExitStatus.someScenesFailed` when the run ended with failed scenes, and every error of the way there.
    func perform(_ makePlan: (JobQueue) async throws -> RunPlan) async throws {
        try workers.check()
        // It decides while it speaks: a reader that does not read must not hold up workers, heartbeats or Ctrl-C.
        Terminal.neverWait()
        var privateOutput: String?
        if case .privateServer(let output) = database { privateOutput = output }
        if privateOutput != nil && workers.workers == 0 {
            throw CommandFailure(
                .configuration,
                "--workers 0 needs a database that workers elsewhere can reach: --database URL"
            )
        }
        let lock = try await Self.lock(database, signals)
        defer { _ = lock }
        if let privateOutput { Terminal.say("starting the private PostgreSQL of '\(privateOutput)'") }
        let session = try await DatabaseSession.open(database, schema: schema, ownsOutput: privateOutput != nil)
        do {
            let status = try await work(in: session, makePlan)
            await session.close()
            let isLeftToOthers = workers.workers == 0 && !status.isFinished
            if !status.isComplete && !isLeftToOthers { throw ExitStatus.someScenesFailed }
        } catch {
            await session.close()
            throw error
        }
    }

    /// The lock of the output folder that a private database lies in; nil for any other database.
    ///
    /// Waits a little for commands that only look: each holds the lock for a moment if nobody works in the folder.
    ///
    /// - Parameter signals: ends the wait, for a command that ends in order.
    /// - Throws: `CommandFailure` where another command works in the folder.
    static func lock(_ database: DatabaseChoice, _ signals: SignalWatcher? = nil) async throws -> OutputLock? {
        guard case .privateServer(let output) = database else { return nil }
        try Folders.create(output)
        for attempt in 0...Self.lockAttempts {
            if attempt > 0 { try await Task.sleep(nanoseconds: 100_000_000) }
            if let lock = try OutputLock(outputDirectory: output) { return lock }
            try signals?.check()
        }
        throw CommandFailure(
            .environment,
            "another occ-scheduler is working in '\(output)'; wait for it, or watch it with"
                + " `occ-scheduler status --output \(output) --watch`"
        )
    }

    /// Ten a second.
    private static let lockAttempts = 50

    private func work(in session: DatabaseSession, _ makePlan: (JobQueue) async throws -> RunPlan) async throws
        -> RunStatus
    {
        if database.connectionString == nil { try await session.queue.migrate() }
        try await session.checkSchema()
        let plan = try await makePlan(session.queue)
        try signals.check()
        let report = try await plan.submit(to: session.queue)
        plan.announce(report)
        if report.runState == .paused {
            try await session.queue.unpause(run: plan.name)
            Terminal.say("the run was paused; going on with it")
        }
        if report.inserted + report.requeued + report.alreadyQueued == 0 {
            Terminal.say("nothing to do: every scene is done")
        } else if workers.workers == 0 {
            Terminal.say("queued; start workers with occ-worker, or watch with `occ-scheduler status`")
        } else {
            let controller = RunController(plan: plan, session: session, signals: signals, workers: workers)
            try await controller.work()
        }
        guard let status = try await session.queue.runStatus(plan.name) else {
            throw CommandFailure(.environment, "run '\(plan.name)' has vanished from the database")
        }
        if status.isFinished { try await conclude(plan, status, session.queue) }
        return status
    }

    /// Writes `run.json` and says how it went.
    private func conclude(_ plan: RunPlan, _ status: RunStatus, _ queue: JobQueue) async throws {
        let publisher = ManifestPublisher(queue: queue, software: BuildInformation.software)
        let manifest = try await publisher.publish(status, outputDirectory: plan.outputDirectory)
        let directory = try RunStores.open(output: plan.outputDirectory, run: plan.name)
        let counts = status.counts
        Terminal.say(
            "\(counts.done) of \(counts.scenes) scenes done, \(counts.failed) failed, \(counts.quarantined) quarantined;"
                + " predictions in \(directory.place)"
        )
        for scene in manifest.scenes where scene.state != .done {
            Terminal.say("  \(scene.name) \(scene.state.rawValue): \(scene.failure ?? "no error was recorded")")
        }
        try StoredScores.say(manifest, directory, remark: plan.scenes.remark)
    }
}
