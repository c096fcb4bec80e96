/// Decides whether a local worker process that ended is started again.
///
/// One that dies without getting anything done in between is started again after a growing pause, and no more than
/// `restartLimit` times in a row: a host on which no worker can live should say so, not spin. What the run got done in between starts
/// the count anew.
struct RestartPolicy: Sendable {
    enum Decision: Equatable, Sendable {
        case restart(afterSeconds: Double)
        case giveUp
    }

    let restartLimit: Int
    private static let hostFailureLimit = 2
    private var hostFailures = 0
    private var restartsWithoutProgress = 0
    private var samplesAtLastDeath: Int64 = 0

    init(restartLimit: Int = 10) {
        self.restartLimit = restartLimit
    }

    /// Decides after a death, given the run's count of stored samples and closed scenes at that time.
    ///
    /// A worker that says that this host cannot go on (disk full, database gone) gets few tries, further apart: it may have met a
    /// passing fault, but would mostly only say so again.
    mutating func workerDied(progress: Int64, saidHostFailed: Bool) -> Decision {
        if progress > samplesAtLastDeath {
            restartsWithoutProgress = 0
            hostFailures = 0
        }
        samplesAtLastDeath = progress
        if saidHostFailed {
            hostFailures += 1
            return hostFailures <= Self.hostFailureLimit ? .restart(afterSeconds: 2 * Double(hostFailures)) : .giveUp
        }
        restartsWithoutProgress += 1
        guard restartsWithoutProgress <= restartLimit else { return .giveUp }
        return .restart(afterSeconds: min(0.2 * Double(1 << min(restartsWithoutProgress - 1, 6)), 10))
    }
}
