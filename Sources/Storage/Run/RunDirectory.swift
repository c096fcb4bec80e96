internal import SystemSupport

/// The folder of one run: `DIR/runs/<run>` with its scene files, partial files and manifest.
///
/// ```swift
/// let directory = try RunDirectory(output: "/data/out", run: "val-bdc-t")
/// for file in try directory.sceneFiles() { print(file.scene, file.lease, file.isFinished) }
/// ```
public struct RunDirectory: Sendable {
    /// Name of the run, unescaped.
    public let run: String
    /// Path of the folder.
    public let path: String
    /// Where all files of it are read and written.
    public let fileSystem: any FileSystem

    /// Names a run's folder; makes nothing.
    ///
    /// - Parameters:
    ///   - output: the output folder that the user gave.
    ///   - run: name of the run.
    ///   - fileSystem: the operating system's files, or a test's.
    /// - Throws: `StorageError` (`unsafeName`).
    public init(output: String, run: String, fileSystem: any FileSystem = POSIXFileSystem()) throws {
        self.run = run
        self.fileSystem = fileSystem
        let folder = output.isEmpty ? "." : output
        path = folder + (folder.hasSuffix("/") ? "" : "/") + "runs/" + (try EscapedName.escape(run, of: "run"))
    }

    /// The run whose folder has this name; nil for a name that this program gives to none.
    public static func run(ofFolderName name: String) -> String? { EscapedName.unescape(name) }

    /// Path of `run.json`.
    public var manifestPath: String { "\(path)/run.json" }

    /// Path of the folder of partial files.
    public var partialFolder: String { "\(path)/.partial" }

    /// Makes the folder and the folder of partial files, durably.
    ///
    /// - Throws: `FileError`.
    public func create() throws {
        try fileSystem.createFolders(partialFolder)
        KillPoint.reached(.runFolderMade)
    }

    /// Path of a lease's finished file.
    ///
    /// - Throws: `StorageError` (`unsafeName`).
    public func finalPath(scene: String, lease: Int64) throws -> String {
        "\(path)/\(try fileName(scene: scene, lease: lease))"
    }

    /// Name of a lease's finished file.
    ///
    /// - Throws: `StorageError` (`unsafeName`).
    public func fileName(scene: String, lease: Int64) throws -> String {
        try Self.stem(scene, lease) + Self.finalSuffix
    }

    /// Removes what a lease wrote, finished or not; what is not there is no error.
    ///
    /// - Throws: `StorageError` (`unsafeName`), `FileError`.
    public func remove(scene: String, lease: Int64) throws {
        for path in [try finalPath(scene: scene, lease: lease), try partialPath(scene: scene, lease: lease)]
        where try fileSystem.byteCount(of: path) != nil { try fileSystem.remove(path) }
    }

    /// Path of a lease's file while it is written.
    ///
    /// - Throws: `StorageError` (`unsafeName`).
    public func partialPath(scene: String, lease: Int64) throws -> String {
        "\(partialFolder)/\(try Self.stem(scene, lease))\(Self.partialSuffix)"
    }

    /// Opens a finished file of the run.
    ///
    /// - Throws: `StorageError`, `FileError`.
    public func open(_ fileName: String) throws -> SceneFileReader {
        try SceneFileReader(path: "\(path)/\(fileName)", fileSystem: fileSystem)
    }

    /// Opens the accepted file of a scene.
    ///
    /// - Throws: `StorageError` (also where the scene has none), `FileError`.
    public func open(_ scene: RunManifest.Scene) throws -> SceneFileReader {
        guard let fileName = scene.fileName else {
            throw StorageError(.invalidManifest, source: manifestPath, "scene '\(scene.name)' has no file")
        }
        return try open(fileName)
    }

    /// Opens a file that a listing has.
    ///
    /// - Throws: `StorageError`, `FileError`.
    public func open(_ file: SceneFileListing) throws -> SceneFileReader {
        try SceneFileReader(path: file.path, fileSystem: fileSystem)
    }

    /// The size of a finished file in bytes; nil where it is not there.
    ///
    /// - Throws: `FileError`.
    public func byteCount(of fileName: String) throws -> Int? {
        try fileSystem.byteCount(of: "\(path)/\(fileName)")
    }

    /// Whether the run's folder is there.
    ///
    /// - Throws: `FileError` where that cannot be told.
    public func isPresent() throws -> Bool { try Folders.isPresent(path) }

    /// All scene files of the run, finished and partial, by scene, lease and state; other files are left out.
    ///
    /// - Throws: `FileError`.
    public func sceneFiles() throws -> [SceneFileListing] {
        var listings: [SceneFileListing] = []
        for (folder, suffix) in [(path, Self.finalSuffix), (partialFolder, Self.partialSuffix)] {
            for name in try fileSystem.names(in: folder) {
                guard let (scene, lease) = Self.parse(name, suffix: suffix) else { continue }
                // A file that vanished between the two calls was removed or renamed: the next listing shows it.
                let file = "\(folder)/\(name)"
                guard let count = try fileSystem.byteCount(of: file) else { continue }
                listings.append(
                    SceneFileListing(
                        scene: scene,
                        lease: lease,
                        path: file,
                        isFinished: folder == path,
                        byteCount: count
                    )
                )
            }
        }
        return listings.sorted { ($0.scene, $0.lease, $0.path) < ($1.scene, $1.lease, $1.path) }
    }

    /// Files that nobody needs any more: those of leases before a scene's accepted one, and its partial file.
    ///
    /// Partial files of scenes without an accepted lease are kept for adoption, files of later leases because a worker may be
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

    static let finalSuffix = ".occ.lz4"
    static let partialSuffix = ".part"

    func fileName(ofPath path: String) -> String {
        String(path.split(separator: "/").last ?? "")
    }

    private static func stem(_ scene: String, _ lease: Int64) throws -> String {
        "\(try EscapedName.escape(scene, of: "scene")).\(lease)"
    }

    /// Scene and lease of a file name; nil where this program would not give that name.
    static func parse(_ name: String, suffix: String) -> (scene: String, lease: Int64)? {
        guard name.hasSuffix(suffix) else { return nil }
        let stem = name.dropLast(suffix.count)
        guard let dot = stem.lastIndex(of: "."), let lease = Int64(stem[stem.index(after: dot)...]), lease >= 1,
            "\(lease)" == stem[stem.index(after: dot)...], let scene = EscapedName.unescape(String(stem[..<dot]))
        else { return nil }
        return (scene, lease)
    }
}

/// One scene file found in a run's folder.
public struct SceneFileListing: Equatable, Sendable {
    /// Name of the scene, unescaped.
    public let scene: String
    /// The lease that wrote it.
    public let lease: Int64
    /// Its path.
    public let path: String
    /// Whether it has its final name.
    public let isFinished: Bool
    /// Its size.
    public let byteCount: Int

    /// Its name in its folder.
    public var fileName: String { String(path.split(separator: "/").last ?? "") }
}
