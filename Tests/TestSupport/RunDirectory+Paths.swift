package import Storage

/// Where the parts of a run's folder lie, for tests that damage them.
extension RunDirectory {
    /// Path of `run.json`.
    package var manifestPath: String { place(of: .manifest) }
    /// Path of `identity.json`.
    package var identityPath: String { place(of: .identity) }

    /// Path of a lease's finished file.
    package func finalPath(scene: String, lease: Int64) throws -> String {
        try path(of: SceneFileKey(scene: scene, lease: lease))
    }

    /// Path of a lease's file while it is written.
    package func partialPath(scene: String, lease: Int64) throws -> String {
        try path(of: SceneFileKey(scene: scene, lease: lease, isFinished: false))
    }
}
