extension RunStore {
    /// Opens a finished file by the name that the queue and `run.json` have of it.
    ///
    /// - Throws: `StorageError` (`unsafeName` for a name that no lease writes), `FileError`.
    public func open(_ fileName: String) throws -> SceneFileReader {
        guard let key = SceneFileKey(fileName: fileName) else {
            throw StorageError(.unsafeName, source: place, "'\(fileName)' is no name of a scene file")
        }
        return try reader(of: key)
    }

    /// Opens the accepted file of a scene.
    ///
    /// - Throws: `StorageError` (also where the scene has none), `FileError`.
    public func open(_ scene: RunManifest.Scene) throws -> SceneFileReader {
        guard let fileName = scene.fileName else {
            throw StorageError(.invalidManifest, source: place(of: .manifest), "scene '\(scene.name)' has no file")
        }
        return try open(fileName)
    }

    /// Opens a finished file.
    ///
    /// - Throws: `StorageError`, `FileError`.
    public func reader(of key: SceneFileKey) throws -> SceneFileReader {
        try SceneFileReader(open(key), path: place(of: key))
    }

    /// Removes what a lease wrote, finished or not; what is not there is no error.
    ///
    /// - Throws: `StorageError` (`unsafeName`), `FileError`.
    public func remove(scene: String, lease: Int64) throws {
        for isFinished in [true, false] {
            let key = SceneFileKey(scene: scene, lease: lease, isFinished: isFinished)
            if try byteCount(of: key) != nil { try remove(key) }
        }
    }

    /// Files that nobody needs any more: those of leases before a scene's accepted one, and its unfinished file.
    ///
    /// Unfinished files of scenes without an accepted lease are kept for adoption, files of later leases because a worker may be
    /// writing them.
    ///
    /// - Parameter accepted: the accepted lease of each scene that is done.
    /// - Throws: `FileError`.
    public func garbage(accepted: [String: Int64]) throws -> [SceneFileListing] {
        try sceneFiles().filter { file in
            guard let lease = accepted[file.scene] else { return false }
            return file.lease < lease || (file.lease == lease && !file.isFinished)
        }
    }
}
