public import struct Foundation.Date

/// Why scenes that wait now were last given back.
public struct ReleaseRecord: Sendable, Hashable {
    /// What the worker said.
    public var reason: String
    /// How many scenes were given back with it.
    public var scenes: Int
    /// The host of the newest of them.
    public var host: String
    /// When that was, by the database's clock.
    public var occurredAt: Date

    /// Creates a record.
    public init(reason: String, scenes: Int, host: String, occurredAt: Date) {
        self.reason = reason
        self.scenes = scenes
        self.host = host
        self.occurredAt = occurredAt
    }
}
