public import struct Foundation.Date

/// The accepted result of one scene.
public struct StoredResult: Sendable, Hashable {
    /// The scene's id; results are paged in its order.
    public var sceneID: Int64
    /// The scene's name.
    public var sceneName: String
    /// The lease under which the result was accepted.
    public var lease: Int64
    /// What the worker reported.
    public var result: SceneResult
    /// The host of the worker that reported it.
    public var host: String
    /// When it was accepted, by the database's clock.
    public var completedAt: Date

    /// Creates a stored result.
    public init(
        sceneID: Int64,
        sceneName: String,
        lease: Int64,
        result: SceneResult,
        host: String,
        completedAt: Date
    ) {
        self.sceneID = sceneID
        self.sceneName = sceneName
        self.lease = lease
        self.result = result
        self.host = host
        self.completedAt = completedAt
    }
}
