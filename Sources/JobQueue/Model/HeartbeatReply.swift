/// What the queue answers to a heartbeat.
public struct HeartbeatReply: Sendable, Hashable {
    /// Why a lease must not be worked on any more.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The run was paused: stop, keep the finished samples, `release` the scene.
        case runPaused
        /// The run was cancelled: stop; reports under this lease are refused.
        case runCancelled
        /// The scene is somebody else's by now, or gone: stop; reports under this lease are refused.
        case lost
    }

    /// One lease to stop working on.
    public struct Revocation: Sendable, Hashable {
        /// The scene and lease as the worker named them.
        public var lease: SceneLease
        /// Why.
        public var reason: Reason

        /// Creates a revocation.
        public init(lease: SceneLease, reason: Reason) {
            self.lease = lease
            self.reason = reason
        }
    }

    /// Whether the registration still stands; if not, every lease is lost and the worker must register anew.
    public var isAlive: Bool
    /// Leases among those named in the heartbeat that must be stopped.
    public var revoked: [Revocation]

    /// Creates a reply.
    public init(isAlive: Bool, revoked: [Revocation]) {
        self.isAlive = isAlive
        self.revoked = revoked
    }
}
