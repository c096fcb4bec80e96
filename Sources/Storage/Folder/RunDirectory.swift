internal import Foundation
internal import Glibc
internal import SystemSupport

/// A run in a folder: `DIR/runs/<run>` with its scene files, unfinished files in `.partial`, and documents.
///
/// ```swift
/// let directory = try RunDirectory(output: "/data/out", run: "val-bdc-t")
/// for file in try directory.sceneFiles() { print(file.scene, file.lease, file.isFinished) }
/// ```
public struct RunDirectory: RunStore {
    /// Name of the run, unescaped.
    public let run: String
    /// The output folder.
    public let output: String
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
        self.output = output.isEmpty ? "." : output
        path = Self.runs(of: self.output) + "/" + (try EscapedName.escape(run, of: "run"))
    }

    /// The same run in a folder of another name.
    init(_ other: RunDirectory, at path: String) {
        (run, fileSystem, output) = (other.run, other.fileSystem, other.output)
        self.path = path
    }

    /// Every run of an output folder by name, also those that hold nothing; none where the folder is not there.
    ///
    /// - Throws: `FileError` where the folder cannot be read.
    public static func all(inOutput output: String) throws -> [RunDirectory] {
        guard try isPresent(inOutput: output) else { return [] }
        return try Folders.names(in: runs(of: output)).filter { !$0.hasPrefix(".") }.compactMap { name in
            try EscapedName.unescape(name).map { try RunDirectory(output: output, run: $0) }
        }
    }

    /// Whether an output folder has a folder of runs.
    ///
    /// - Throws: `FileError` where that cannot be told.
    public static func isPresent(inOutput output: String) throws -> Bool { try Folders.isPresent(runs(of: output)) }

    private static func runs(of output: String) -> String { output + (output.hasSuffix("/") ? "" : "/") + "runs" }

    /// The folder.
    public var place: String { path }

    /// Path of the folder of unfinished files.
    public var partialFolder: String { "\(path)/.partial" }

    /// Whether the folder is there.
    public func isPresent() throws -> Bool { try fileSystem.hasFolder(path) }

    /// Makes the folder and the folder of unfinished files, durably.
    public func create() throws {
        try fileSystem.createFolders(partialFolder)
        KillPoint.reached(.runFolderMade)
    }

    // MARK: - Scene files

    /// Path of a file.
    public func path(of key: SceneFileKey) throws -> String {
        "\(key.isFinished ? path : partialFolder)/\(try key.fileName())"
    }

    /// Path of a file, for people.
    public func place(of key: SceneFileKey) -> String { (try? path(of: key)) ?? path }

    /// Begins a file in the folder of unfinished ones.
    public func begin(scene: String, lease: Int64) throws -> any SceneSpool {
        let finished = try path(of: SceneFileKey(scene: scene, lease: lease))
        let partial = try path(of: SceneFileKey(scene: scene, lease: lease, isFinished: false))
        try create()
        for path in [finished, partial] where try fileSystem.byteCount(of: path) != nil {
            throw StorageError(
                .alreadyExists,
                source: path,
                "lease \(lease) of scene '\(scene)' has this file already; a lease is used once"
            )
        }
        return FolderSpool(
            file: try fileSystem.createFile(partial),
            fileSystem: fileSystem,
            scene: scene,
            place: partial,
            finalPath: finished,
            folders: (path, partialFolder)
        )
    }

    /// All scene files of the run; other files are left out.
    public func sceneFiles() throws -> [SceneFileListing] { try listings { _ in true } }

    /// The files of one scene; of others not even the sizes are asked for, which on a network's file system takes long.
    public func sceneFiles(of scene: String) throws -> [SceneFileListing] { try listings { $0.scene == scene } }

    private func listings(where isWanted: (SceneFileKey) -> Bool) throws -> [SceneFileListing] {
        var listings: [SceneFileListing] = []
        for isFinished in [true, false] {
            let folder = isFinished ? path : partialFolder
            for name in try fileSystem.names(in: folder) {
                guard let key = Self.key(name, isFinished: isFinished), isWanted(key) else { continue }
                // A file that vanished between the two calls was removed or renamed: the next listing shows it.
                let file = "\(folder)/\(name)"
                guard let count = try fileSystem.byteCount(of: file) else { continue }
                listings.append(SceneFileListing(key: key, path: file, byteCount: count))
            }
        }
        return listings.sorted { ($0.scene, $0.lease, $0.path) < ($1.scene, $1.lease, $1.path) }
    }

    /// Whether anything was predicted; looks at names alone.
    public func hasResults() throws -> Bool {
        let names = try fileSystem.names(in: path)
        if names.contains(RunDocument.manifest.rawValue) { return true }
        if names.contains(where: { Self.key($0, isFinished: true) != nil }) { return true }
        return try fileSystem.names(in: partialFolder).contains { Self.key($0, isFinished: false) != nil }
    }

    /// The size of a file in bytes; nil where it is not there.
    public func byteCount(of key: SceneFileKey) throws -> Int? { try fileSystem.byteCount(of: path(of: key)) }

    /// Opens a file.
    public func open(_ key: SceneFileKey) throws -> any ReadableFile { try fileSystem.openFile(path(of: key)) }

    /// Removes a file.
    public func remove(_ key: SceneFileKey) throws { try fileSystem.remove(path(of: key)) }

    /// Paths in the folder that are neither scene files nor documents nor the folder's own.
    public func strangers() throws -> [String] {
        let own = Set(RunDocument.allCases.map(\.rawValue) + [".partial", ".damaged"])
        return try fileSystem.names(in: path)
            .filter { !own.contains($0) && Self.key($0, isFinished: true) == nil }
            .map { "\(path)/\($0)" }
    }

    static func key(_ name: String, isFinished: Bool) -> SceneFileKey? {
        SceneFileKey(
            name,
            suffix: isFinished ? SceneFileKey.finishedSuffix : SceneFileKey.unfinishedSuffix,
            isFinished: isFinished
        )
    }

    // MARK: - Documents

    /// Path of a document.
    public func place(of document: RunDocument) -> String { "\(path)/\(document.rawValue)" }

    /// Whether a document is there.
    public func has(_ document: RunDocument) throws -> Bool {
        try fileSystem.byteCount(of: place(of: document)) != nil
    }

    /// A document's bytes; nil where there is none.
    public func read(_ document: RunDocument) throws -> [UInt8]? {
        let place = place(of: document)
        guard let size = try fileSystem.byteCount(of: place) else { return nil }
        guard size <= document.maximumBytes else {
            throw StorageError(.invalidManifest, source: place, "\(size) bytes exceed \(document.maximumBytes)")
        }
        do {
            return try fileSystem.openFile(place).readUpTo(size, at: 0)
        } catch let error as FileError where error.isNotFound {
            return nil
        }
    }

    /// Writes a document beside the old one and renames it.
    public func replace(_ document: RunDocument, with bytes: [UInt8]) throws {
        let isManifest = document == .manifest
        try create()
        let temporary = try writeTemporary(document, bytes)
        do {
            try fileSystem.rename(temporary, to: place(of: document))
        } catch {
            try? fileSystem.remove(temporary)
            throw error
        }
        if isManifest { KillPoint.reached(.manifestRenamed) }
        try fileSystem.syncFolder(path)
        try fileSystem.syncFolder(partialFolder)
        if isManifest { KillPoint.reached(.manifestPublished) }
    }

    /// Writes a document and gives it its name, unless that is taken.
    public func createIfAbsent(_ document: RunDocument, _ bytes: [UInt8]) throws -> Bool {
        try create()
        if try has(document) { return false }
        let temporary = try writeTemporary(document, bytes)
        var isNew = true
        do {
            try fileSystem.renameToNew(temporary, to: place(of: document))
        } catch let error as FileError where error.code == EEXIST {
            try? fileSystem.remove(temporary)
            isNew = false
        } catch {
            try? fileSystem.remove(temporary)
            throw error
        }
        try fileSystem.syncFolder(path)
        return isNew
    }

    private func writeTemporary(_ document: RunDocument, _ bytes: [UInt8]) throws -> String {
        // Of this call alone: workers of several hosts may write at once.
        let temporary = "\(partialFolder)/\(document.rawValue).\(UUID().uuidString).tmp"
        let file = try fileSystem.createFile(temporary)
        defer { file.close() }
        do {
            try file.writeAll(bytes, at: 0, path: temporary)
            if document == .manifest { KillPoint.reached(.manifestBeforeSync) }
            try file.sync()
            if document == .manifest { KillPoint.reached(.manifestAfterSync) }
        } catch {
            try? fileSystem.remove(temporary)
            throw error
        }
        return temporary
    }

    /// Takes a folder away again that holds no result, with its identity.
    public func removeIfWithoutResults() throws {
        guard try !hasResults() else { return }
        for document in [RunDocument.identity, .card] where try has(document) {
            try fileSystem.remove(place(of: document))
        }
        for folder in [partialFolder, damagedFolder, path] { try fileSystem.removeFolderIfEmpty(folder) }
    }
}
