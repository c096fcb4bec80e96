internal import JobQueue

/// One claim of one scene by this worker.
struct LeaseKey: Hashable, Sendable {
    let scene: Int64
    let lease: Int64
}

/// What is queued or leased beyond what a claim brought.
enum WorkAhead: Hashable, Sendable {
    /// It was not looked for.
    case unknown
    /// Something that this worker could take, now or later: also what others hold, what waits for its retry, a paused run's scenes.
    case some
    /// Something, but nothing that this worker could ever take.
    case forOthersOnly
    /// Nothing at all.
    case nothing
}

/// Why a scene is given back unfinished; the text stays with the attempt.
enum ReleaseReason: Hashable, Sendable {
    case workerStopped
    case runPaused
    /// This host cannot go on.
    case hostFailed(String)
    /// The database refuses this worker, or a report of it, for good.
    case refused(String)
    /// The scene is of a format that this program does not know.
    case notUnderstood(String)
    /// The answer to its claim was lost, so nobody worked on it.
    case claimLost
    /// The registration that claimed it had ended.
    case claimStale
    /// Another scene over which workers died is worked on alone first.
    case otherSuspectFirst

    /// The text for people.
    var text: String {
        switch self {
        case .workerStopped: "the worker was told to stop"
        case .runPaused: "the run is paused"
        case .hostFailed(let why): "the host cannot go on: \(why)"
        case .refused(let why): "refused: \(why)"
        case .notUnderstood(let why): "the worker's program does not understand it: \(why)"
        case .claimLost: "the answer to its claim was lost"
        case .claimStale: "the registration that claimed it had ended"
        case .otherSuspectFirst: "another scene that workers died over is worked on first"
        }
    }
}

/// What can happen to a worker.
enum WorkerEvent: Hashable, Sendable {
    /// Time passed.
    case tick
    /// The database confirmed the registration that was sent at a time.
    case registered(sentAt: Double)
    /// The database confirmed the heartbeat that was sent at a time; some leases are no longer this worker's, some are
    /// asked back because their run is paused, and some are its own without the heartbeat having named them.
    case heartbeatConfirmed(sentAt: Double, lost: [LeaseKey], askedBack: [LeaseKey], strays: [LeaseKey] = [])
    /// The answer to a heartbeat: this worker is unknown or expired.
    case heartbeatRejected
    /// Registration or heartbeat could not reach the database.
    case databaseUnreachable
    /// Registration or heartbeat was refused; time does not heal it.
    case databaseRefused(message: String)
    /// A claim returned; an empty list means that nothing is to be had now.
    ///
    /// `suspects` are those among them over which workers died so often that they are to be worked on alone; `ahead` is looked for
    /// where the list is empty and the worker is to leave when there is nothing more to do.
    case claimed([LeaseKey], suspects: [LeaseKey] = [], ahead: WorkAhead = .unknown)
    /// A claim could not reach the database.
    case claimFailed
    /// The answer to a claim: this worker is unknown or expired.
    case claimRefused
    /// The database does not let this worker claim; time does not heal it.
    case claimDenied(message: String)
    /// A look for vanished workers is over, unless another worker looked a moment ago; so many of their scenes went back into
    /// the queue.
    case reaped(didRun: Bool, requeued: Int)
    /// A slot stored a sample; `samples` is the count of the scene's stored samples.
    case sampleStored(LeaseKey, samples: Int)
    /// A slot ended its work on a scene.
    case slotEnded(LeaseKey, SlotOutcome, samples: Int)
    /// A fenced write found that the lease is no longer this worker's.
    case leaseLost(LeaseKey)
    /// The closing write (complete, fail or release) of a lease is through, or was given up.
    case leaseClosed(LeaseKey)
    /// A closing write was refused; time does not heal it, and the lease is still open.
    case closingRefused(LeaseKey, message: String)
    /// A closing write could not be delivered for so long that the registration is given up with it.
    case closingGivenUp
    /// SIGTERM, SIGINT or the end of the parent process.
    case stopRequested

    /// Whether the event itself can renew the trust in the leases.
    var confirmsLeases: Bool {
        switch self {
        case .registered, .heartbeatConfirmed: true
        default: false
        }
    }
}

/// What a worker's shell is told to do.
enum WorkerAction: Hashable, Sendable {
    case register
    case heartbeat
    case claim(limit: Int)
    /// Look for workers that vanished.
    case reap
    /// Start work on a claimed scene in a slot.
    case start(slot: Int, LeaseKey)
    /// Ask a slot to stop before its next sample; what it stored stays.
    case stopAfterSample(slot: Int)
    /// Make a slot write nothing more: the lease may be another worker's.
    case abandon(slot: Int)
    case reportProgress(LeaseKey, samples: Int)
    /// Report that a scene is done, and with what.
    case complete(LeaseKey, SceneResult)
    case fail(LeaseKey, message: String, isRetryable: Bool)
    /// Give a scene back without burning an attempt.
    case release(LeaseKey, samples: Int, why: ReleaseReason)
    /// Drop what is remembered of a lost lease.
    case forget(LeaseKey)
    /// Claim nothing more of this scene's kind.
    case leaveKindAlone(LeaseKey, message: String)
    /// Say that scene after scene failed here, so that nothing is claimed for a while.
    case sayPaused(seconds: Double, message: String)
    /// Say that scenes succeed again.
    case sayResumed
    /// Leave the process; the leases are closed or past saving.
    case exit(WorkerExit)

    /// How many leases that were worked on are lost with these actions.
    ///
    /// A slot that does not stop in time is abandoned too, but its lease is given back in the next action.
    static func lostLeases(in actions: [WorkerAction]) -> Int {
        actions.indices.count { index in
            guard case .abandon = actions[index] else { return false }
            guard index + 1 < actions.count, case .release = actions[index + 1] else { return true }
            return false
        }
    }
}

/// Why a worker leaves.
enum WorkerExit: Hashable, Sendable {
    /// It had nothing more to do.
    case done
    /// It was told to.
    case stopped
    /// This host cannot go on; the text says why.
    case hostFailed(String)
    /// The database refuses it, or was out of reach for too long; the text says what.
    case refused(String)

    /// The text for people; stays with the worker in the queue.
    var text: String {
        switch self {
        case .done: DepartureReason.done
        case .stopped: DepartureReason.stopped
        case .hostFailed(let why), .refused(let why): why
        }
    }

    /// Why the scenes that it still holds are given back.
    var releaseReason: ReleaseReason {
        switch self {
        case .done, .stopped: .workerStopped
        case .hostFailed(let why): .hostFailed(why)
        case .refused(let why): .refused(why)
        }
    }
}
