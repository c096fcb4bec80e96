/// Reasons of `JobQueue.retire` that machines tell apart from trouble.
public enum DepartureReason {
    /// The worker was told to.
    public static let stopped = "it was told to stop"
    /// It had nothing more to do.
    public static let done = "nothing was left to do"
    /// The process goes on under another registration.
    public static let registeredAnew = "it registered anew"
}
