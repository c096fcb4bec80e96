internal import CommandSupport
internal import JobQueue

/// What seeing a run through decides, as a value: a look at the run and a time in, what to show and how it ends out.
///
/// It holds no clock and no connection; `RunController` looks and performs.
struct RunWatch {
    /// What is found when somebody looks.
    struct Look {
        /// The run; nil where the database does not have it.
        var status: RunStatus?
        /// The queue's live workers; they are asked for only where progress is to be shown.
        var live: [WorkerStatus]?
        /// How many of this machine's workers run.
        var running: Int
        /// Whether none of this machine's workers will be started again.
        var hasGivenUp: Bool
    }

    /// How the watching ends.
    enum Ending: Equatable {
        case finished
        case failed(ExitStatus, String)
    }

    /// What a look comes to.
    struct Decision: Equatable {
        var progress: ProgressSnapshot?
        var lines: [String] = []
        /// Nil where the run goes on.
        var ending: Ending?
    }

    /// Between two looks at this machine's workers; the database is asked every second time.
    static let tickSeconds = 0.25
    /// Between two plain progress lines where no terminal is.
    static let plainProgressSeconds = 10.0

    let run: String
    /// Where this machine's workers write.
    let logFolder: String
    /// Whether this machine has workers.
    let hasWorkers: Bool
    /// Whether progress is drawn at every look.
    let isInteractive: Bool

    /// The run's count of finished work.
    private(set) var progress: Int64 = 0
    private var estimator = RateEstimator()
    private var lastShown = -Double.infinity
    private var nextLook = 0.0
    private var isPausedSaid = false
    private var notesSaid: Set<String> = []

    init(run: String, logFolder: String, hasWorkers: Bool, isInteractive: Bool) {
        self.run = run
        self.logFolder = logFolder
        self.hasWorkers = hasWorkers
        self.isInteractive = isInteractive
    }

    /// Whether it is time to ask the database; if so, the next time is set.
    mutating func beginLook(at now: Double) -> Bool {
        guard now >= nextLook else { return false }
        nextLook = now + 2 * Self.tickSeconds
        return true
    }

    /// Whether progress is to be shown, and the live workers are to be asked for.
    func showsProgress(of status: RunStatus?, at now: Double) -> Bool {
        isInteractive || now - lastShown >= Self.plainProgressSeconds || status?.isFinished == true
    }

    /// Judges a look.
    mutating func judge(_ look: Look, at now: Double) -> Decision {
        var decision = Decision()
        guard let status = look.status else {
            decision.ending = .failed(.environment, "run '\(run)' has vanished from the database")
            return decision
        }
        let counts = status.counts
        // A scene that was quarantined is no progress: on a machine where nothing can live all of them would be.
        progress = Int64(counts.samplesDone + counts.done + counts.failed)
        estimator.observe(Int64(counts.samplesDone), at: now)
        if let live = look.live {
            lastShown = now
            decision.progress = snapshot(of: status, workers: look.running)
            for worker in live where !worker.note.isEmpty && notesSaid.insert(worker.note).inserted {
                decision.lines.append("worker \(worker.id) (pid \(worker.description.pid)) \(worker.note)")
            }
        }
        decision.ending = ending(status)
        guard decision.ending == nil else { return decision }
        if status.state == .paused && !isPausedSaid {
            isPausedSaid = true
            decision.lines.append(
                "the run is paused; go on with `occ-scheduler unpause`, or stop with Ctrl-C"
            )
        }
        if look.hasGivenUp && hasWorkers {
            decision.ending = .failed(
                .environment,
                "no worker can live on this machine; their last words are above and in '\(logFolder)'"
            )
        }
        return decision
    }

    private func ending(_ status: RunStatus) -> Ending? {
        if status.state == .cancelled {
            return .failed(.someScenesFailed, "run '\(run)' was cancelled; the same command takes it up again")
        }
        return status.isFinished ? .finished : nil
    }

    private func snapshot(of status: RunStatus, workers: Int) -> ProgressSnapshot {
        let counts = status.counts
        return ProgressSnapshot(
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
    }
}
