internal import SystemSupport

/// A finished scene file of which every byte was checked.
public struct WholeSceneFile: Sendable {
    /// What it says of itself.
    public let header: SceneFileHeader
    /// Its samples, in file order.
    public let entries: [SampleEntry]
    /// Its path.
    public let path: String
    /// Its name in the run's folder.
    public let fileName: String
    /// Its size in bytes.
    public let byteCount: Int
    /// SHA-256 of the file, 64 hexadecimal digits.
    public let sha256: String

    /// Checks a file of a run.
    ///
    /// - Throws: `StorageError` for the first thing that is wrong, also where the file is of another run, scene or lease than its
    ///   name says; `FileError`.
    public init(_ file: SceneFileListing, in store: any RunStore) throws {
        (header, entries) = try SceneFileReader.verify(store.open(file.key), path: file.path)
        guard header.run == store.run, header.scene == file.scene, header.lease == file.lease else {
            throw StorageError(
                .mismatch,
                source: file.path,
                "it is of run '\(header.run)', scene '\(header.scene)', lease \(header.lease), not what its name says"
            )
        }
        path = file.path
        fileName = try file.key.fileName()
        byteCount = file.byteCount
        sha256 = try store.sha256(of: file.key)
    }

    /// The file as a done scene of a manifest.
    ///
    /// - Parameter metrics: the scene's metrics in Base64.
    public func manifestScene(metrics: String?) -> RunManifest.Scene {
        RunManifest.Scene(
            name: header.scene,
            sampleTokens: entries.map(\.token),
            lease: header.lease,
            fileName: fileName,
            byteCount: byteCount,
            sha256: sha256,
            metrics: metrics
        )
    }
}
