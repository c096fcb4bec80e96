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
    /// Why it claims nothing, or leaves something alone; empty if all is well.
    public var note: String

    /// Creates a status.
    public init(
        id: WorkerID,
        description: WorkerDescription,
        state: State,
        registeredAt: Date,
        lastSeenAt: Date,
        silentSeconds: Double,
        leasedScenes: Int,
        note: String = ""
    ) {
        self.id = id
        self.description = description
        self.state = state
        self.registeredAt = registeredAt
        self.lastSeenAt = lastSeenAt
        self.silentSeconds = silentSeconds
        self.leasedScenes = leasedScenes
        self.note = note
    }
}
