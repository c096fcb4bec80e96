/// The pair that every report of a worker must match: which scene, under which lease.
public struct SceneLease: Sendable, Hashable {
    /// The scene's id.
    public var sceneID: Int64
    /// The lease; each claim of the scene gets the next number.
    public var lease: Int64

    /// Creates the pair.
    public init(sceneID: Int64, lease: Int64) {
        self.sceneID = sceneID
        self.lease = lease
    }
}
