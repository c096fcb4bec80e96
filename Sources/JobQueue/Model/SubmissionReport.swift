/// What a submission changed, counted over the scenes that were submitted.
public struct SubmissionReport: Sendable, Hashable {
    /// The run's id.
    public var runID: Int64
    /// Whether the run did not exist before.
    public var isNewRun: Bool
    /// The run's state now: a cancelled run becomes active again, a paused one stays paused.
    public var runState: RunState
    /// Scenes that were not in the run before.
    public var inserted: Int
    /// Scenes that already have an accepted result.
    public var alreadyDone: Int
    /// Scenes that were queued or leased already.
    public var alreadyQueued: Int
    /// Failed, quarantined or cancelled scenes that were put back into the queue.
    public var requeued: Int

    /// Creates a report.
    public init(
        runID: Int64,
        isNewRun: Bool,
        runState: RunState,
        inserted: Int,
        alreadyDone: Int,
        alreadyQueued: Int,
        requeued: Int
    ) {
        self.runID = runID
        self.isNewRun = isNewRun
        self.runState = runState
        self.inserted = inserted
        self.alreadyDone = alreadyDone
        self.alreadyQueued = alreadyQueued
        self.requeued = requeued
    }

    /// How many scenes were submitted.
    public var total: Int { inserted + alreadyDone + alreadyQueued + requeued }
}
