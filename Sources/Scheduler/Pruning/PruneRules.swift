internal import Foundation
internal import JobQueue
internal import RunContract

/// What `prune` takes of each run, decided from how the run stands.
struct PruneRules: Equatable {
    /// Whether runs that were cancelled go whole.
    var takesCancelled = false
    /// Runs that have been finished for longer go whole; nil for none.
    var finishedFor_s: Double?

    /// What becomes of a run.
    enum Decision: Equatable {
        /// All of it goes; the text says why.
        case whole(String)
        /// What is superseded goes.
        case superseded
        /// Nothing is touched; the text says why.
        case nothing(String)
    }

    /// Whether whole runs may go, for which a queue has to be asked.
    var takesRuns: Bool { takesCancelled || finishedFor_s != nil }

    /// Decides.
    ///
    /// - Parameters:
    ///   - status: the queue's run of this name; nil where it has none, or where no queue is asked.
    ///   - bond: what the folder is to that queue; nil where no queue is asked.
    ///   - hasIdentity: whether the folder says whose it is; imported predictions are nobody's, and their manifest says what is superseded.
    func decide(_ status: RunStatus?, bond: FolderBond?, hasIdentity: Bool) -> Decision {
        guard let bond, hasIdentity || status != nil else { return .superseded }
        guard bond == .own else {
            return .nothing("its folder belongs to another run or queue than the one that was asked")
        }
        guard let status else { return .nothing("it was never queued whole") }
        if status.isRebuilding { return .nothing("it is being rebuilt") }
        if status.isFinished {
            if takesCancelled, status.state == .cancelled { return .whole("cancelled") }
            let idle_s = status.now.timeIntervalSince(status.lastCompletedAt ?? status.createdAt)
            if let finishedFor_s, idle_s > finishedFor_s {
                return .whole("finished, and last added to \(Int(idle_s / 86_400)) days ago")
            }
        }
        return .superseded
    }
}
