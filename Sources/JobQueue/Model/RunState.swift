/// Whether a run's queued scenes may be claimed.
public enum RunState: String, Sendable, Hashable, CaseIterable {
    /// Queued scenes are claimed.
    case active
    /// Nothing is claimed; leased scenes are asked back at their worker's next heartbeat.
    case paused
    /// Every scene that was not done, failed or quarantined is cancelled; submitting the run again takes it up again.
    case cancelled
}
