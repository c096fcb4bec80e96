internal import Foundation
internal import SystemSupport

/// Writes what a run's manifest names, and its documents, as one tar file (`docs/storage-tiers.md`).
public struct RunArchive {
    private let store: any RunStore
    private let manifest: RunManifest
    private let documents: [(document: RunDocument, bytes: [UInt8])]

    /// What an archive holds.
    public struct Summary: Equatable, Sendable {
        /// Scene files.
        public var scenes: Int
        /// Bytes of the tar file.
        public var byteCount: Int
    }

    /// Takes a run whose manifest is written.
    ///
    /// - Throws: `StorageError` (`invalidManifest`) where there is no good `run.json`; `FileError`.
    public init(_ store: any RunStore) throws {
        self.store = store
        manifest = try store.readManifest()
        documents = try RunDocument.allCases.compactMap { document in
            try store.read(document).map { (document, $0) }
        }
    }

    /// Scenes that are not done, and of which the archive has nothing but their row in `run.json`.
    public var unfinishedScenes: Int { manifest.scenes.count - manifest.done.count }

    /// Writes the tar file: every byte is compared with the manifest's digests on the way.
    ///
    /// - Parameters:
    ///   - path: a file that is not there yet. After an error it may be there in part; the caller gives it its name at the end.
    ///   - progress: called after each scene with how many of how many are written.
    /// - Throws: `StorageError` (`mismatch`) for a scene file that is not what the manifest says, `FileError`.
    public func write(
        to path: String,
        fileSystem: any FileSystem = POSIXFileSystem(),
        progress: (_ written: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Summary {
        let folder = try ArchiveIndex.folder(ofRun: store.run)
        let done = manifest.done
        let changedAt_s = (try? Date(manifest.writtenAt, strategy: .iso8601)).map { Int($0.timeIntervalSince1970) } ?? 0
        func header(_ name: String, _ byteCount: Int) -> [UInt8] {
            TarHeader(name: name, byteCount: byteCount, changedAt_s: changedAt_s).bytes
        }
        let documentMembers = documents.map { document, bytes in
            ArchiveIndex.Member(
                name: folder + document.rawValue,
                offset: 0,
                size: bytes.count,
                sha256: SHA256.hex(bytes)
            )
        }
        let sceneMembers = done.map { scene in
            ArchiveIndex.Member(
                name: folder + (scene.fileName ?? ""),
                offset: 0,
                size: scene.byteCount ?? 0,
                sha256: scene.sha256 ?? "",
                scene: scene.name
            )
        }
        var index = ArchiveIndex(run: store.run, members: documentMembers + sceneMembers)
        let indexBytes = try index.encoded().count
        var offset = header(ArchiveIndex.memberName, indexBytes).count + TarHeader.padded(indexBytes)
        for place in index.members.indices {
            let member = index.members[place]
            index.members[place].offset = offset + header(member.name, member.size).count
            offset = index.members[place].offset + TarHeader.padded(member.size)
        }

        var output = Output(file: try fileSystem.createFile(path), path: path)
        defer { output.file.close() }
        try output.add(header(ArchiveIndex.memberName, indexBytes))
        try output.add(try index.encoded())
        try output.fill()
        for (place, member) in index.members.enumerated() {
            try output.add(header(member.name, member.size))
            if place < documents.count {
                try output.add(documents[place].bytes)
            } else {
                try copy(done[place - documents.count], to: &output)
            }
            try output.fill()
            if place >= documents.count { try progress(place - documents.count + 1, done.count) }
        }
        // Two blocks of zeros end a tar file.
        try output.add([UInt8](repeating: 0, count: 2 * TarHeader.blockBytes))
        try output.file.sync()
        return Summary(scenes: done.count, byteCount: output.byteCount)
    }

    private struct Output {
        let file: any WritableFile
        let path: String
        var byteCount = 0

        mutating func add(_ bytes: [UInt8]) throws {
            try file.writeAll(bytes, at: byteCount, path: path)
            byteCount += bytes.count
        }

        mutating func fill() throws {
            try add([UInt8](repeating: 0, count: TarHeader.padded(byteCount) - byteCount))
        }
    }

    private func copy(_ scene: RunManifest.Scene, to output: inout Output) throws {
        let key = SceneFileKey(scene: scene.name, lease: scene.lease ?? 0)
        let file = try store.open(key)
        let digest = SHA256()
        var copied = 0
        while true {
            let chunk = try file.readUpTo(1 << 20, at: copied)
            guard !chunk.isEmpty else { break }
            chunk.withUnsafeBytes { digest.update($0) }
            try output.add(chunk)
            copied += chunk.count
            guard copied <= scene.byteCount ?? 0 else { break }
        }
        let found = digest.finishHex()
        guard copied == scene.byteCount, found == scene.sha256 else {
            throw StorageError(
                .mismatch,
                source: store.place(of: key),
                "it has \(copied) bytes with SHA-256 \(found), run.json says \(scene.byteCount ?? 0) bytes with \(scene.sha256 ?? "none"); "
                    + "`occ-scheduler verify` says what is wrong, `occ-scheduler retry --damaged` mends it; then archive the run"
            )
        }
    }
}
