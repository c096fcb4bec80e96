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

    /// Leases that the database counts as this worker's but that the heartbeat did not name.
    ///
    /// Either the answer to their claim is still on its way, or it was lost: then nobody works on them, and the worker must
    /// give them back.
    public var strays: [SceneLease]

    /// Creates a reply.
    public init(isAlive: Bool, revoked: [Revocation], strays: [SceneLease] = []) {
        self.isAlive = isAlive
        self.revoked = revoked
        self.strays = strays
    }
}
