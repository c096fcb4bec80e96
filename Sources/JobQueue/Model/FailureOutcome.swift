/// What became of a scene whose worker reported an error.
public enum FailureOutcome: Sendable, Hashable {
    /// Back in the queue; claimed again no sooner than after this many seconds.
    case retry(afterSeconds: Double)
    /// Failed for good: attempts used up, or the error was not worth a retry.
    case failed
}
