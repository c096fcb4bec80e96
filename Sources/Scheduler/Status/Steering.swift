internal import JobQueue

/// What a command that steers a run has to do, judged by how the run stands.
enum Steering: Equatable {
    /// There is something to do.
    case perform
    /// It is so already; the text says it.
    case alreadySo(String)
    /// It makes no sense; the text says why, and what to do instead.
    case refused(String)

    /// Of `cancel`.
    static func cancelling(_ run: RunStatus) -> Steering {
        if !run.isFinished { return .perform }
        if run.state == .cancelled { return .alreadySo("\(run.name): is cancelled already") }
        return .refused("nothing to cancel: \(finished(run))")
    }

    /// Of `pause`.
    static func pausing(_ run: RunStatus) -> Steering {
        if run.state == .cancelled { return .refused(cancelled(run)) }
        if run.isFinished { return .refused("nothing to pause: \(finished(run))") }
        return run.state == .paused ? .alreadySo("\(run.name): is paused already") : .perform
    }

    /// Of `unpause`.
    static func unpausing(_ run: RunStatus) -> Steering {
        switch run.state {
        case .cancelled: .refused(cancelled(run))
        case .paused: .perform
        case .active:
            run.isFinished
                ? .refused("nothing to go on with: \(finished(run))") : .alreadySo("\(run.name): is not paused")
        }
    }

    private static func cancelled(_ run: RunStatus) -> String {
        "run '\(run.name)' is cancelled; `occ-scheduler resume`, or the same submission again, takes it up again"
    }

    private static func finished(_ run: RunStatus) -> String {
        let counts = run.counts
        let lost = counts.failed + counts.quarantined
        return "run '\(run.name)' is finished, \(counts.done) of \(counts.scenes) scenes done"
            + (lost > 0 ? "; `occ-scheduler retry` queues the \(lost) that failed again" : "")
    }
}
