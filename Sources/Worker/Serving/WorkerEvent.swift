/// One claim of one scene by this worker.
struct LeaseKey: Hashable, Sendable {
    let scene: Int64
    let lease: Int64
}

/// How a slot's work on a scene ended.
enum SlotOutcome: Hashable, Sendable {
    /// Every sample is stored and the scene file is published.
    case finished
    /// It stopped because it was told to, between two samples.
    case stopped
    /// The scene cannot be done: its own data is at fault.
    case failed(message: String, isRetryable: Bool)
    /// The scene is of a format that this program does not know, or its run's folder is another queue's: others may do it.
    case notUnderstood(message: String)
    /// This host cannot go on (disk full, folder read-only): no fault of the scene.
    case hostFailed(message: String)
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
    /// A claim returned; an empty list means that nothing is to be had now.
    ///
    /// `suspects` are those among them over which workers died so often that they are to be worked on alone.
    case claimed([LeaseKey], suspects: [LeaseKey] = [])
    /// A claim could not reach the database.
    case claimFailed
    /// The answer to a claim: this worker is unknown or expired.
    case claimRefused
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
    case complete(LeaseKey)
    case fail(LeaseKey, message: String, isRetryable: Bool)
    /// Give a scene back without burning an attempt.
    case release(LeaseKey, samples: Int)
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
}

/// Why a worker leaves.
enum WorkerExit: Hashable, Sendable {
    /// It was asked to, or had nothing more to do.
    case done
    /// This host cannot go on; the text says why.
    case hostFailed(String)
}
