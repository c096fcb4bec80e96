/// Exact counts over the scenes of a run.
public struct SceneCounts: Sendable, Hashable {
    /// Scenes waiting to be claimed.
    public var queued: Int
    /// Scenes being worked on.
    public var leased: Int
    /// Scenes with an accepted result.
    public var done: Int
    /// Scenes that failed for good.
    public var failed: Int
    /// Scenes kept away after too many crashes.
    public var quarantined: Int
    /// Scenes of a cancelled run.
    public var cancelled: Int
    /// Samples over all scenes.
    public var samplesTotal: Int
    /// Samples finished so far, those of scenes still being worked on included.
    public var samplesDone: Int

    /// Creates counts, zero where not given.
    public init(
        queued: Int = 0,
        leased: Int = 0,
        done: Int = 0,
        failed: Int = 0,
        quarantined: Int = 0,
        cancelled: Int = 0,
        samplesTotal: Int = 0,
        samplesDone: Int = 0
    ) {
        self.queued = queued
        self.leased = leased
        self.done = done
        self.failed = failed
        self.quarantined = quarantined
        self.cancelled = cancelled
        self.samplesTotal = samplesTotal
        self.samplesDone = samplesDone
    }

    /// Scenes of any state.
    public var scenes: Int { queued + leased + done + failed + quarantined + cancelled }
    /// Scenes that are still to be worked on or being worked on.
    public var remaining: Int { queued + leased }
}
