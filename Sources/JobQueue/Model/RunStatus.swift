public import struct Foundation.Date

/// Where a run stands, read in one snapshot of the database.
public struct RunStatus: Sendable, Hashable {
    /// The run's id.
    public var runID: Int64
    /// The run's name.
    public var name: String
    /// The run's kind.
    public var kind: String
    /// The version of payload and settings.
    public var formatVersion: Int
    /// The settings, the JSON text that was submitted.
    public var settings: String
    /// The run's priority.
    public var priority: Int
    /// Reported errors after which a scene has failed for good.
    public var maximumAttempts: Int
    /// Whether queued scenes may be claimed.
    public var state: RunState
    /// Exact counts.
    public var counts: SceneCounts
    /// When the run was first submitted.
    public var createdAt: Date
    /// When its first scene was claimed.
    public var firstStartedAt: Date?
    /// When the last accepted result came in.
    public var lastCompletedAt: Date?
    /// The database's clock at the moment of reading.
    public var now: Date
    /// The length of the window of `recentScenes` and `recentSamples`, in seconds.
    public var recentWindowSeconds: Double
    /// Scenes accepted within the window; the newest 10,000 where there are more.
    public var recentScenes: Int
    /// Samples computed for those scenes.
    public var recentSamples: Int
    /// When the first of those scenes was claimed (accepted, where there are more of them); nil where there is none.
    public var recentStartedAt: Date?
    /// The run's random identity.
    public var identity: String
    /// Whether the run is being made anew from its folder; it is paused until that is done.
    public var isRebuilding: Bool
    /// Samples a second that live workers report of this run, finished scenes or not; nil where none reports any.
    public var reportedSamplesPerSecond: Double?

    /// Creates a status.
    public init(
        runID: Int64,
        name: String,
        kind: String,
        formatVersion: Int,
        settings: String,
        priority: Int,
        maximumAttempts: Int,
        state: RunState,
        counts: SceneCounts,
        createdAt: Date,
        firstStartedAt: Date?,
        lastCompletedAt: Date?,
        now: Date,
        recentWindowSeconds: Double,
        recentScenes: Int,
        recentSamples: Int,
        recentStartedAt: Date? = nil,
        identity: String = "",
        isRebuilding: Bool = false,
        reportedSamplesPerSecond: Double? = nil
    ) {
        self.runID = runID
        self.name = name
        self.kind = kind
        self.formatVersion = formatVersion
        self.settings = settings
        self.priority = priority
        self.maximumAttempts = maximumAttempts
        self.state = state
        self.counts = counts
        self.createdAt = createdAt
        self.firstStartedAt = firstStartedAt
        self.lastCompletedAt = lastCompletedAt
        self.now = now
        self.recentWindowSeconds = recentWindowSeconds
        self.recentScenes = recentScenes
        self.recentSamples = recentSamples
        self.recentStartedAt = recentStartedAt
        self.identity = identity
        self.isRebuilding = isRebuilding
        self.reportedSamplesPerSecond = reportedSamplesPerSecond
    }

    /// Whether nothing is queued or leased any more.
    public var isFinished: Bool { counts.remaining == 0 }

    /// Whether every scene has an accepted result.
    public var isComplete: Bool { counts.done == counts.scenes }

    /// Samples a second at present: what live workers report of finished samples, else what the scenes accepted within the window
    /// come to; nil where there is neither.
    ///
    /// A run that was taken up again a moment ago is measured from then on, not over the idle time before.
    public var samplesPerSecond: Double? {
        if let reportedSamplesPerSecond, reportedSamplesPerSecond > 0 { return reportedSamplesPerSecond }
        guard recentSamples > 0, let recentStartedAt else { return nil }
        let elapsed = min(recentWindowSeconds, now.timeIntervalSince(recentStartedAt))
        return elapsed > 0 ? Double(recentSamples) / elapsed : nil
    }

    /// Seconds until the run is finished at the present rate, nil where no rate is known and while the run is paused.
    public var secondsRemaining: Double? {
        guard !isFinished else { return 0 }
        guard state == .active else { return nil }
        return samplesPerSecond.map { Double(max(0, counts.samplesTotal - counts.samplesDone)) / $0 }
    }
}
