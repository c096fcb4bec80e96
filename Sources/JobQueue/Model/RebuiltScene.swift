/// A scene as a run's folder tells of it, for a queue that is made anew.
public struct RebuiltScene: Sendable {
    /// The scene as it would be submitted.
    public var scene: SceneSubmission
    /// The highest lease of which the folder holds any file, damaged ones included; 0 where there is none.
    public var lease: Int64
    /// Leases whose files may hold whole samples, newest first; the accepted one among them.
    public var adoptable: [Int64]
    /// The lease and result of a whole file; nil where the scene is to be done.
    public var accepted: Accepted?

    /// A whole file that counts as the scene's result.
    public struct Accepted: Sendable {
        /// The lease that wrote it.
        public var lease: Int64
        /// What its worker would have reported, times apart.
        public var result: SceneResult

        /// Makes an accepted result.
        public init(lease: Int64, result: SceneResult) {
            self.lease = lease
            self.result = result
        }
    }

    /// Makes a scene.
    public init(scene: SceneSubmission, lease: Int64, adoptable: [Int64], accepted: Accepted?) {
        self.scene = scene
        self.lease = lease
        self.adoptable = adoptable
        self.accepted = accepted
    }
}

/// What a queue knows of a scene while its run is compared with files.
public struct KnownScene: Sendable, Hashable {
    /// Its state.
    public var state: SceneState
    /// Its last lease, 0 where it was never claimed.
    public var lease: Int64
}
