internal import ArrayFiles
internal import LZ4Frames
internal import SystemSupport

/// Writes the scene file of one lease; steps and promises in `docs/scene-file.md`, "Writing".
///
/// ```swift
/// let writer = try SceneFileWriter(in: directory, header: header, adoptingFor: tokens)
/// for token in tokens where !writer.contains(token) {
///     try writer.append(token: token, occupancy: labels, shape: [200, 200, 16])
/// }
/// let file = try writer.finish()
/// ```
///
/// Each sample is handed to the operating system before `append` returns, so a killed process loses none. After a failed
/// `append` the file holds exactly the samples before it, and the same `append` may be tried again; so may `finish`, unless
/// `fsync` failed. A writer that goes away unfinished leaves its partial file for the next lease to adopt.
///
/// One writer belongs to one thread at a time.
public final class SceneFileWriter {
    private enum Stage {
        case appending
        case indexed(sha256: String)
        case synced(sha256: String)
        case renamed(sha256: String)
        case closed(why: String)
    }

    /// What the file says of itself.
    public let header: SceneFileHeader
    /// The samples in the file so far, adopted ones first.
    public private(set) var entries: [SampleEntry] = []
    /// The lease whose samples were adopted and how many; nil where there were none.
    public internal(set) var adoption: (lease: Int64, samples: Int)?
    /// The path while the file is not finished.
    public let partialPath: String
    /// The path of the finished file.
    public let finalPath: String

    private let directory: RunDirectory
    private let fileSystem: any FileSystem
    private let file: any WritableFile
    private let compressor: LZ4Compressor
    private let digest = SHA256()
    private var tokens: Set<String> = []
    private var byteCount = 0
    private var stage = Stage.appending

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - directory: the run's folder; made where it does not exist.
    ///   - header: what the file says of itself; its run must be the directory's.
    ///   - level: LZ4 level of the data frames, 0 to 12.
    /// - Throws: `StorageError` (`mismatch`, `alreadyExists`, `unsafeName`), `FileError`, `LZ4FrameError` for the level.
    public init(in directory: RunDirectory, header: SceneFileHeader, level: Int = SceneFileWriter.defaultLevel) throws {
        guard header.run == directory.run, header.lease >= 1 else {
            throw StorageError(
                .mismatch,
                source: directory.path,
                "a file of run '\(header.run)', lease \(header.lease) cannot stand in run '\(directory.run)'"
            )
        }
        self.header = header
        self.directory = directory
        fileSystem = directory.fileSystem
        partialPath = try directory.partialPath(scene: header.scene, lease: header.lease)
        finalPath = try directory.finalPath(scene: header.scene, lease: header.lease)
        compressor = try LZ4Compressor(level: level)
        try directory.create()
        for path in [finalPath, partialPath] where try fileSystem.byteCount(of: path) != nil {
            throw StorageError(
                .alreadyExists,
                source: path,
                "lease \(header.lease) of scene '\(header.scene)' has this file already; a lease is used once"
            )
        }
        file = try fileSystem.createFile(partialPath)
        do {
            try append(SectionFrame.header.encode(header, at: 0, path: partialPath))
            KillPoint.reached(.sceneFileCreated, scene: header.scene)
        } catch {
            // Nothing is in it yet, and left behind it would only stop this lease from trying again.
            close(why: "it could not be started")
            try? fileSystem.remove(partialPath)
            throw error
        }
    }

    /// Level 3 (LZ4-HC's fastest): measured in `docs/scene-file.md`, "Sizes and speeds".
    public static let defaultLevel = 3

    deinit { file.close() }

    /// Whether a sample is in the file.
    public func contains(_ token: String) -> Bool { tokens.contains(token) }

    /// Appends an occupancy prediction.
    ///
    /// - Parameters:
    ///   - token: the sample's token.
    ///   - labels: voxel labels in row-major order.
    ///   - shape: lengths of the axes x, y and z.
    /// - Throws: `StorageError` (`duplicateSample`, `invalidSample`, `writerClosed`), `FileError`.
    public func append(token: String, occupancy labels: [UInt8], shape: [Int]) throws {
        let array: NPYArray
        do {
            array = try NPYArray(elementType: .uint8, shape: shape, bytes: labels)
        } catch {
            throw StorageError(.invalidSample, source: partialPath, "sample '\(token)': \(error)")
        }
        try append(token: token, kind: .occupancy, content: array.encoded())
    }

    /// Appends the boxes of a sample, as a JSON array in UTF-8.
    ///
    /// - Throws: `StorageError` (`duplicateSample`, `invalidSample`, `writerClosed`), `FileError`.
    public func append(token: String, detections json: [UInt8]) throws {
        try append(token: token, kind: .detections, content: json)
    }

    /// Completes the file: index, fsync, rename to its final name, fsync of the folders.
    ///
    /// After an error it may be called again and goes on where it stopped, unless `fsync` of the file failed: then nothing is
    /// known of what the disk holds, and a new lease has to read and adopt it.
    ///
    /// - Throws: `StorageError` (`writerClosed`, `alreadyExists`), `FileError`.
    public func finish() throws -> FinishedSceneFile {
        if case .appending = stage {
            let index = try SectionFrame.index.encode(SampleIndex(samples: entries), at: byteCount, path: partialPath)
            try append(index)
            stage = .indexed(sha256: digest.finishHex())
            KillPoint.reached(.sceneFileBeforeSync, scene: header.scene)
        }
        if case .indexed(let sha256) = stage {
            do {
                try file.sync()
            } catch {
                close(why: "fsync failed (\(error))")
                throw error
            }
            stage = .synced(sha256: sha256)
            KillPoint.reached(.sceneFileAfterSync, scene: header.scene)
        }
        if case .synced(let sha256) = stage {
            guard try fileSystem.byteCount(of: finalPath) == nil else {
                throw StorageError(.alreadyExists, source: finalPath, "another writer of this lease finished before")
            }
            try fileSystem.rename(partialPath, to: finalPath)
            stage = .renamed(sha256: sha256)
            KillPoint.reached(.sceneFileRenamed, scene: header.scene)
        }
        guard case .renamed(let sha256) = stage else { throw closedError() }
        try fileSystem.syncFolder(directory.path)
        KillPoint.reached(.sceneFileHalfDurable, scene: header.scene)
        try fileSystem.syncFolder(directory.partialFolder)
        KillPoint.reached(.sceneFilePublished, scene: header.scene)
        close(why: "it is finished")
        return FinishedSceneFile(
            fileName: directory.fileName(ofPath: finalPath),
            path: finalPath,
            byteCount: byteCount,
            sha256: sha256,
            sampleTokens: entries.map(\.token)
        )
    }

    /// Stops writing and keeps the partial file, so that a later lease can adopt its samples.
    public func abandon() {
        close(why: "it was abandoned")
    }

    private func append(token: String, kind: SampleKind, content: [UInt8]) throws {
        try checkNew(token)
        guard content.count <= SceneFileLimits.contentBytes else {
            throw StorageError(
                .invalidSample,
                source: partialPath,
                "sample '\(token)' has \(content.count) bytes, at most \(SceneFileLimits.contentBytes) fit"
            )
        }
        try SampleContent.check(content, kind: kind, token: token, path: partialPath)
        try append(token: token, kind: kind, frame: compressor.compress(content), contentBytes: content.count)
    }

    /// Appends a data frame of another file, byte for byte; the caller has verified it.
    func adopt(_ entry: SampleEntry, frame: [UInt8]) throws {
        try append(token: entry.token, kind: entry.kind, frame: frame, contentBytes: entry.contentBytes)
    }

    private func append(token: String, kind: SampleKind, frame: [UInt8], contentBytes: Int) throws {
        try checkNew(token)
        let record = SampleRecord(
            token: token,
            kind: kind,
            frameBytes: frame.count,
            contentBytes: contentBytes,
            frameCRC32: CRC32.checksum(frame)
        )
        let section = try SectionFrame.record.encode(record, at: byteCount, path: partialPath)
        let entry = record.entry(at: byteCount + section.count)
        let part = section + frame
        if KillPoint.isArmed(.sampleTorn) {
            try file.writeAll(Array(part.prefix(part.count / 2)), at: byteCount, path: partialPath)
            KillPoint.reached(.sampleTorn, scene: header.scene)
        }
        try append(part)
        KillPoint.reached(.sampleWritten, scene: header.scene)
        entries.append(entry)
        tokens.insert(token)
    }

    private func checkNew(_ token: String) throws {
        guard case .appending = stage else { throw closedError() }
        guard SceneFileLimits.isToken(token) else {
            throw StorageError(
                .unsafeName,
                source: partialPath,
                "'\(token)' is no sample token: 1 to \(SceneFileLimits.tokenBytes) bytes without control characters"
            )
        }
        guard !tokens.contains(token) else {
            throw StorageError(.duplicateSample, source: partialPath, "sample '\(token)' is in the file already")
        }
        guard entries.count < SceneFileLimits.samples else {
            throw StorageError(.invalidSample, source: partialPath, "more than \(SceneFileLimits.samples) samples")
        }
    }

    /// Writes a whole part, or cuts the file back to what it held.
    private func append(_ part: [UInt8]) throws {
        do {
            try file.writeAll(part, at: byteCount, path: partialPath)
        } catch {
            do {
                try file.truncate(toBytes: byteCount)
            } catch let second {
                // The next append would overwrite the torn part at the same place, but a crash before it must not leave
                // an old tail behind a shorter part.
                close(why: "a torn part could not be cut off (\(second))")
            }
            throw error
        }
        part.withUnsafeBytes { digest.update($0) }
        byteCount += part.count
    }

    private func close(why: String) {
        if case .closed = stage { return }
        file.close()
        stage = .closed(why: why)
    }

    private func closedError() -> StorageError {
        guard case .closed(let why) = stage else {
            return StorageError(
                .writerClosed,
                source: partialPath,
                "the index is written; only finish() may be called again"
            )
        }
        return StorageError(.writerClosed, source: partialPath, "nothing more can be written: \(why)")
    }
}

/// A scene file under its final name, durable.
public struct FinishedSceneFile: Codable, Equatable, Sendable {
    /// Name within the run's folder.
    public let fileName: String
    /// The whole path.
    public let path: String
    /// Size in bytes.
    public let byteCount: Int
    /// SHA-256 of the file, 64 hexadecimal digits.
    public let sha256: String
    /// Tokens of the samples in file order.
    public let sampleTokens: [String]
}
