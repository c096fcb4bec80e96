/// Where a scene stands; the SQL of the migrations moves it, and `docs/queue.md` draws how.
public enum SceneState: String, Sendable, Hashable, CaseIterable {
    /// Waiting to be claimed (after a failure: not before its `available_at`).
    case queued
    /// Claimed by one worker under one lease.
    case leased
    /// A result was accepted.
    case done
    /// Reported errors used up every attempt, or an error was not worth a retry.
    case failed
    /// Workers vanished over it too often; kept away from workers until a person puts it back.
    case quarantined
    /// Its run was cancelled.
    case cancelled
}
