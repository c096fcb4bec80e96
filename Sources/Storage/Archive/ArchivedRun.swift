internal import Glibc
internal import SystemSupport

/// A run in a tar file that `RunArchive` wrote, read in place by its index; nothing can be written to it.
public struct ArchivedRun: RunStore {
    /// Name of the run.
    public let run: String
    /// Path of the tar file.
    public let output: String
    private let members: [String: ArchiveIndex.Member]
    private let folder: String
    private let file: any ReadableFile

    /// Opens a tar file and reads its index.
    ///
    /// - Throws: `StorageError` for a file that is no archive of a run, or is cut off; `FileError`.
    public init(path: String, fileSystem: any FileSystem = POSIXFileSystem()) throws {
        file = try fileSystem.openFile(path)
        output = path
        let index = try Self.index(of: file, path: path)
        run = index.run
        folder = try ArchiveIndex.folder(ofRun: index.run)
        members = Dictionary(index.members.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Whether a regular file begins as archives of runs do; false also where it cannot be looked at.
    static func isArchive(_ path: String, fileSystem: any FileSystem = POSIXFileSystem()) -> Bool {
        guard let file = try? fileSystem.openFile(path) else { return false }
        return (try? file.readUpTo(front.count, at: 0)) == front
    }

    /// The name of the first member.
    private static let front = Array(ArchiveIndex.memberName.utf8) + [0]

    /// The index that a tar file begins with.
    static func index(of file: any ReadableFile, path: String) throws -> ArchiveIndex {
        func foreign(_ found: String) -> StorageError {
            StorageError(
                .invalidManifest,
                source: path,
                "it is no archive of a run (\(found)); `occ-scheduler archive` writes such files"
            )
        }
        let header = try file.readUpTo(TarHeader.blockBytes, at: 0)
        guard header.count == TarHeader.blockBytes, header.starts(with: front) else {
            throw foreign("its first member is not '\(ArchiveIndex.memberName)'")
        }
        let digits = header[124..<135]
        guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 8), size >= 0,
            header == TarHeader(name: ArchiveIndex.memberName, byteCount: size, changedAt_s: time(in: header)).bytes
        else { throw foreign("the header of its first member is damaged") }
        guard size <= ArchiveIndex.mostBytes else { throw foreign("its index has \(size) bytes") }
        guard size <= file.byteCount - TarHeader.blockBytes else {
            throw StorageError(
                .unfinished(bytes: file.byteCount),
                source: path,
                "it ends within its index; copy it again"
            )
        }
        let bytes = try file.readUpTo(size, at: TarHeader.blockBytes)
        return try ArchiveIndex(bytes, source: path, byteCount: file.byteCount)
    }

    private static func time(in header: [UInt8]) -> Int {
        Int(String(decoding: header[136..<147], as: UTF8.self), radix: 8) ?? 0
    }

    /// Path of the tar file and of the run in it.
    public var place: String { "\(output):\(folder.dropLast())" }

    /// Always: without an index there is no store.
    public func isPresent() -> Bool { true }

    /// All scene files, finished ones alone.
    public func sceneFiles() -> [SceneFileListing] {
        members.values.compactMap { member in
            SceneFileKey(fileName: String(member.name.dropFirst(folder.count))).map {
                SceneFileListing(key: $0, path: "\(output):\(member.name)", byteCount: member.size)
            }
        }
        .sorted { ($0.scene, $0.lease) < ($1.scene, $1.lease) }
    }

    /// Whether it has a manifest.
    public func hasResults() -> Bool { has(.manifest) }

    /// The size of a file in bytes; nil where it is not there.
    public func byteCount(of key: SceneFileKey) throws -> Int? { try member(key)?.size }

    /// Opens a file in the archive.
    public func open(_ key: SceneFileKey) throws -> any ReadableFile {
        guard let member = try member(key) else {
            throw FileError(operation: "open", path: place(of: key), code: ENOENT)
        }
        return Section(file: file, offset: member.offset, byteCount: member.size)
    }

    /// Path of the tar file and of a file in it.
    public func place(of key: SceneFileKey) -> String { "\(output):\(folder)\((try? key.fileName()) ?? "")" }

    /// Path of the tar file and of a document in it.
    public func place(of document: RunDocument) -> String { "\(output):\(folder)\(document.rawValue)" }

    /// A document's bytes; nil where there is none.
    public func read(_ document: RunDocument) throws -> [UInt8]? {
        guard let member = members[folder + document.rawValue] else { return nil }
        let bytes = try file.readUpTo(min(member.size, document.maximumBytes), at: member.offset)
        guard SHA256.hex(bytes) == member.sha256 else {
            throw StorageError(
                .damaged(offset: member.offset),
                source: place(of: document),
                "its SHA-256 is not that of the index; copy the archive again"
            )
        }
        return bytes
    }

    /// Whether a document is there.
    public func has(_ document: RunDocument) -> Bool { members[folder + document.rawValue] != nil }

    /// Nothing was set aside.
    public func leasesSetAside() -> [String: Int64] { [:] }

    /// Nothing else is in it that anybody would take for the run's.
    public func strangers() -> [String] { [] }

    private func member(_ key: SceneFileKey) throws -> ArchiveIndex.Member? {
        key.isFinished ? members[folder + (try key.fileName())] : nil
    }

    /// A part of a file.
    private final class Section: ReadableFile {
        private let file: any ReadableFile
        private let offset: Int
        let byteCount: Int

        init(file: any ReadableFile, offset: Int, byteCount: Int) {
            (self.file, self.offset, self.byteCount) = (file, offset, byteCount)
        }

        func read(into buffer: UnsafeMutableRawBufferPointer, at start: Int) throws -> Int {
            let count = min(buffer.count, byteCount - start)
            guard count > 0 else { return 0 }
            return try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: offset + start)
        }
    }

    // MARK: - What an archive does not do

    private var readOnly: StorageError {
        StorageError(
            .writerClosed,
            source: output,
            "an archive is only read; `tar -xf '\(output)' -C DIR` makes an output folder of it that can be worked in"
        )
    }

    /// Refused, as is everything that writes.
    public func create() throws { throw readOnly }
    /// Refused.
    public func begin(scene: String, lease: Int64) throws -> any SceneSpool { throw readOnly }
    /// Refused.
    public func remove(_ key: SceneFileKey) throws { throw readOnly }
    /// Refused.
    public func setAside(_ key: SceneFileKey) throws -> String? { throw readOnly }
    /// Refused.
    public func replace(_ document: RunDocument, with bytes: [UInt8]) throws { throw readOnly }
    /// Refused.
    public func createIfAbsent(_ document: RunDocument, _ bytes: [UInt8]) throws -> Bool { throw readOnly }
    /// Refused.
    public func removeIfWithoutResults() throws { throw readOnly }
}
