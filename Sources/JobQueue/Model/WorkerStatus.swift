public import struct Foundation.Date

/// One registered worker process as the database sees it.
public struct WorkerStatus: Sendable, Hashable {
    /// Whether the registration stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Heartbeats are expected.
        case live
        /// It said goodbye.
        case retired
        /// Its heartbeats stopped, and its scenes were taken back.
        case expired
    }

    /// The registration's id.
    public var id: WorkerID
    /// What it said of itself.
    public var description: WorkerDescription
    /// Whether the registration stands.
    public var state: State
    /// When it registered.
    public var registeredAt: Date
    /// Its last heartbeat.
    public var lastSeenAt: Date
    /// How long ago the last heartbeat was, by the database's clock, in seconds.
    public var silentSeconds: Double
    /// How many scenes it holds.
    public var leasedScenes: Int
    /// What it last said of itself.
    public var report: WorkerReport
    /// Samples a second over all runs, by its last heartbeat; 0 once it has left.
    public var samplesPerSecond: Double
    /// When it left, or was given up; nil while it is live.
    public var leftAt: Date?
    /// How long ago that was, in seconds.
    public var goneSeconds: Double?
    /// Why it left, or how it ended as far as is known; empty while it is live.
    public var reason: String

    /// Why it claims nothing, or leaves something alone; empty if all is well.
    public var note: String { report.note }

    /// Creates a status.
    public init(
        id: WorkerID,
        description: WorkerDescription,
        state: State,
        registeredAt: Date,
        lastSeenAt: Date,
        silentSeconds: Double,
        leasedScenes: Int,
        report: WorkerReport = WorkerReport(),
        samplesPerSecond: Double = 0,
        leftAt: Date? = nil,
        goneSeconds: Double? = nil,
        reason: String = ""
    ) {
        self.id = id
        self.description = description
        self.state = state
        self.registeredAt = registeredAt
        self.lastSeenAt = lastSeenAt
        self.silentSeconds = silentSeconds
        self.leasedScenes = leasedScenes
        self.report = report
        self.samplesPerSecond = samplesPerSecond
        self.leftAt = leftAt
        self.goneSeconds = goneSeconds
        self.reason = reason
    }
}
