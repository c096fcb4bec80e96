public import struct Foundation.Date

/// A scene that had trouble, with the last words of its last bad attempt.
public struct FailureRecord: Sendable, Hashable {
    /// The scene's id.
    public var sceneID: Int64
    /// The scene's name.
    public var sceneName: String
    /// Where the scene stands now; `queued` and `leased` scenes are listed too if they ever failed.
    public var state: SceneState
    /// Errors that workers reported.
    public var errors: Int
    /// Workers that vanished over it.
    public var crashes: Int
    /// The last error's text, or what is known of the worker that vanished.
    public var lastError: String
    /// The host it happened on.
    public var host: String
    /// When it was recorded, by the database's clock.
    public var occurredAt: Date

    /// Creates a record.
    public init(
        sceneID: Int64,
        sceneName: String,
        state: SceneState,
        errors: Int,
        crashes: Int,
        lastError: String,
        host: String,
        occurredAt: Date
    ) {
        self.sceneID = sceneID
        self.sceneName = sceneName
        self.state = state
        self.errors = errors
        self.crashes = crashes
        self.lastError = lastError
        self.host = host
        self.occurredAt = occurredAt
    }
}
