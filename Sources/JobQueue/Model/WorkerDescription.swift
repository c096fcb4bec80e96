/// What a worker process says of itself when it registers.
public struct WorkerDescription: Sendable, Hashable {
    /// The host's name.
    public var host: String
    /// The process's id on that host.
    public var pid: Int
    /// How many scenes it works on at once.
    public var slots: Int
    /// The version of its program.
    public var version: String

    /// Creates a description.
    public init(host: String, pid: Int, slots: Int, version: String) {
        self.host = host
        self.pid = pid
        self.slots = slots
        self.version = version
    }
}
