/// One scene of a run and where it stands.
public struct SceneSummary: Sendable, Hashable {
    /// The scene's id; scenes are paged in its order.
    public var sceneID: Int64
    /// The scene's name.
    public var sceneName: String
    /// Where it stands.
    public var state: SceneState

    /// Makes a summary.
    public init(sceneID: Int64, sceneName: String, state: SceneState) {
        self.sceneID = sceneID
        self.sceneName = sceneName
        self.state = state
    }
}
