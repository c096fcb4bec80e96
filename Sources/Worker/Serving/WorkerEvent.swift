/// One claim of one scene by this worker.
struct LeaseKey: Hashable, Sendable {
    let scene: Int64
    let lease: Int64
}

/// How a slot's work on a scene ended.
enum SlotOutcome: Equatable, Sendable {
    /// Every sample is stored and the scene file is published.
    case finished
    /// It stopped because it was told to, between two samples.
    case stopped
    /// The scene cannot be done: its own data is at fault.
    case failed(message: String, isRetryable: Bool)
    /// This host cannot go on (disk full, folder read-only): no fault of the scene.
    case hostFailed(message: String)
}

/// What can happen to a worker.
enum WorkerEvent: Equatable, Sendable {
    /// Time passed.
    case tick
    /// The database confirmed the registration that was sent at a time.
    case registered(sentAt: Double)
    /// The database confirmed the heartbeat that was sent at a time; some leases are no longer this worker's, and some are
    /// asked back because their run is paused.
    case heartbeatConfirmed(sentAt: Double, lost: [LeaseKey], askedBack: [LeaseKey])
    /// The database says that this worker is unknown or expired.
    case heartbeatRejected
    /// Registration or heartbeat could not reach the database.
    case databaseUnreachable
    /// A claim returned; an empty list means that nothing is to be had now.
    case claimed([LeaseKey])
    /// A claim could not reach the database.
    case claimFailed
    /// A slot stored a sample; `samples` is the count of the scene's stored samples.
    case sampleStored(LeaseKey, samples: Int)
    /// A slot ended its work on a scene.
    case slotEnded(LeaseKey, SlotOutcome, samples: Int)
    /// A fenced write found that the lease is no longer this worker's.
    case leaseLost(LeaseKey)
    /// The closing write (complete, fail or release) of a lease is through, or was given up.
    case leaseClosed(LeaseKey)
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
enum WorkerAction: Equatable, Sendable {
    case register
    case heartbeat
    case claim(limit: Int)
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
    /// Leave the process; the leases are closed or past saving.
    case exit(WorkerExit)
}

/// Why a worker leaves.
enum WorkerExit: Equatable, Sendable {
    /// It was asked to, or had nothing more to do.
    case done
    /// This host cannot go on; the text says why.
    case hostFailed(String)
}
