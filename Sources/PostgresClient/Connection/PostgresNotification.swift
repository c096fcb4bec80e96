/// One NOTIFY, or the fact that some may have been missed.
public enum PostgresNotification: Sendable, Hashable {
    /// The server sent a notification.
    case received(payload: String)
    /// The listener connected (again): look for yourself, notifications may have been missed.
    case connected
}
