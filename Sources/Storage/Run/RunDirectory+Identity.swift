internal import Foundation
internal import Glibc
internal import SystemSupport

extension RunDirectory {
    /// What lies in a run's folder, as far as it decides whether the folder counts.
    public enum Content: Equatable, Sendable {
        /// There is no folder, or nothing in it but what a refused command left.
        case nothing
        /// Scene files, whole or partial, or a manifest.
        case results
    }

    /// Path of the file that says which run of which queue the folder belongs to.
    public var identityPath: String { "\(path)/identity.json" }

    /// Largest `identity.json` that is read, in bytes; settings have at most a megabyte.
    private static let maximumIdentityBytes = 4 << 20

    /// Whether the folder holds anything that was predicted.
    ///
    /// - Throws: `FileError`.
    public func content() throws -> Content {
        let names = try fileSystem.names(in: path)
        if names.contains("run.json") || names.contains(where: { Self.parse($0, suffix: Self.finalSuffix) != nil }) {
            return .results
        }
        let partial = try fileSystem.names(in: partialFolder)
        return partial.contains { Self.parse($0, suffix: Self.partialSuffix) != nil } ? .results : .nothing
    }

    /// Reads `identity.json`; nil where the folder has none, as those of version 0.1.
    ///
    /// - Throws: `StorageError` (`invalidManifest`, `unsupportedVersion`) telling what is wrong in it, `FileError`.
    public func readIdentity() throws -> FolderIdentity? {
        guard let size = try fileSystem.byteCount(of: identityPath) else { return nil }
        func invalid(_ found: String) -> StorageError {
            StorageError(
                .invalidManifest,
                source: identityPath,
                "\(found); restore it from a backup, or move it away and give `occ-scheduler rebuild` for this folder"
            )
        }
        guard size <= Self.maximumIdentityBytes else { throw invalid("\(size) bytes are too many") }
        let data: Data
        do {
            data = Data(try fileSystem.openFile(identityPath).readUpTo(size, at: 0))
        } catch let error as FileError where error.isNotFound {
            return nil
        }
        struct Version: Decodable {
            let formatVersion: Int
        }
        let identity: FolderIdentity
        do {
            let version = try JSONDecoder().decode(Version.self, from: data).formatVersion
            guard version == FolderIdentity.currentFormatVersion else {
                throw StorageError(
                    .unsupportedVersion(version),
                    source: identityPath,
                    "has format version \(version), this program reads \(FolderIdentity.currentFormatVersion)"
                )
            }
            identity = try JSONDecoder().decode(FolderIdentity.self, from: data)
        } catch is DecodingError {
            throw invalid("it is no identity of a run's folder")
        }
        guard identity.name == run else { throw invalid("it is of run '\(identity.name)', not '\(run)'") }
        return identity
    }

    /// Makes the folder and gives it an identity, whole and durable, unless it has one.
    ///
    /// Of several processes at once one wins, and all go on with what it wrote.
    ///
    /// - Returns: the identity that the folder has now.
    /// - Throws: `StorageError`, `FileError`.
    public func giveIdentity(_ identity: FolderIdentity) throws -> FolderIdentity {
        try create()
        if let found = try readIdentity() { return found }
        let temporary = try writeTemporary(identity)
        do {
            try fileSystem.renameToNew(temporary, to: identityPath)
        } catch let error as FileError where error.code == EEXIST {
            try? fileSystem.remove(temporary)
        } catch {
            try? fileSystem.remove(temporary)
            throw error
        }
        try fileSystem.syncFolder(path)
        return try readIdentity() ?? identity
    }

    /// Gives the folder another identity, whole or not at all: what ends its being taken over by another queue.
    ///
    /// - Throws: `FileError`.
    public func replaceIdentity(_ identity: FolderIdentity) throws {
        try create()
        let temporary = try writeTemporary(identity)
        do {
            try fileSystem.rename(temporary, to: identityPath)
        } catch {
            try? fileSystem.remove(temporary)
            throw error
        }
        try fileSystem.syncFolder(path)
    }

    /// Takes a folder away again that holds no result, with its identity.
    ///
    /// - Throws: `FileError`.
    public func removeIfWithoutResults() throws {
        guard try content() == .nothing else { return }
        if try fileSystem.byteCount(of: identityPath) != nil { try fileSystem.remove(identityPath) }
        for folder in [partialFolder, damagedFolder, path] { try fileSystem.removeFolderIfEmpty(folder) }
    }

    private func writeTemporary(_ identity: FolderIdentity) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = Array(try encoder.encode(identity)) + [UInt8(ascii: "\n")]
        let temporary = "\(partialFolder)/identity.json.\(UUID().uuidString).tmp"
        let file = try fileSystem.createFile(temporary)
        defer { file.close() }
        do {
            try file.writeAll(bytes, at: 0, path: temporary)
            try file.sync()
        } catch {
            try? fileSystem.remove(temporary)
            throw error
        }
        return temporary
    }
}
