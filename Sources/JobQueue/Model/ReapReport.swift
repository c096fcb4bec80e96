/// What one round of reaping did.
public struct ReapReport: Sendable, Hashable {
    /// Whether this call did the round; false where another process did one a moment ago.
    public var didRun: Bool
    /// Workers whose heartbeats had stopped.
    public var expiredWorkers: Int
    /// Scenes that went back into the queue.
    public var requeuedScenes: Int
    /// Scenes that were quarantined.
    public var quarantinedScenes: Int

    /// Creates a report.
    public init(didRun: Bool, expiredWorkers: Int, requeuedScenes: Int, quarantinedScenes: Int) {
        self.didRun = didRun
        self.expiredWorkers = expiredWorkers
        self.requeuedScenes = requeuedScenes
        self.quarantinedScenes = quarantinedScenes
    }
}
