/// Which run of which queue something belongs to: random identities, which a name or an address is not.
public struct RunOwner: Sendable, Hashable, Codable {
    /// The queue's identity, made with its tables.
    public var queue: String
    /// The run's identity; it stays when a queue is made anew from the run's folder.
    public var run: String

    /// Makes an owner.
    public init(queue: String, run: String) {
        self.queue = queue
        self.run = run
    }
}
