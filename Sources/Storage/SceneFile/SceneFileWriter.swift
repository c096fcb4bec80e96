internal import ArrayFiles
internal import LZ4Frames
internal import SystemSupport

/// Writes the scene file of one lease; steps and promises in `docs/scene-file.md`, "Writing".
///
/// ```swift
/// let writer = try SceneFileWriter(in: store, header: header, adoptingFor: tokens)
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
        case finished
    }

    /// What the file says of itself.
    public let header: SceneFileHeader
    /// The samples in the file so far, adopted ones first.
    public private(set) var entries: [SampleEntry] = []
    /// The lease whose samples were adopted and how many; nil where there were none.
    public internal(set) var adoption: (lease: Int64, samples: Int)?
    /// Where the file is while it is not finished, for people.
    public var partialPath: String { spool.place }

    private let store: any RunStore
    private let spool: any SceneSpool
    private let compressor: LZ4Compressor
    private let digest = SHA256()
    private var tokens: Set<String> = []
    private var byteCount = 0
    private var stage = Stage.appending

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - store: the run's; room for the run is made where there is none.
    ///   - header: what the file says of itself; its run must be the store's.
    ///   - level: LZ4 level of the data frames, 0 to 12.
    /// - Throws: `StorageError` (`mismatch`, `alreadyExists`, `unsafeName`), `FileError`, `LZ4FrameError` for the level.
    public init(in store: any RunStore, header: SceneFileHeader, level: Int = SceneFileWriter.defaultLevel) throws {
        guard header.run == store.run, header.lease >= 1 else {
            throw StorageError(
                .mismatch,
                source: store.place,
                "a file of run '\(header.run)', lease \(header.lease) cannot stand in run '\(store.run)'"
            )
        }
        self.header = header
        self.store = store
        compressor = try LZ4Compressor(level: level)
        spool = try store.begin(scene: header.scene, lease: header.lease)
        do {
            try append(SectionFrame.header.encode(header, at: 0, path: partialPath), .header)
            KillPoint.reached(.sceneFileCreated, scene: header.scene)
        } catch {
            // Nothing is in it yet, and left behind it would only stop this lease from trying again.
            spool.discard()
            throw error
        }
    }

    /// Level 3 (LZ4-HC's fastest): measured in `docs/scene-file.md`, "Sizes and speeds".
    public static let defaultLevel = 3

    deinit { spool.abandon() }

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
            try append(index, .index)
            stage = .indexed(sha256: digest.finishHex())
            KillPoint.reached(.sceneFileBeforeSync, scene: header.scene)
        }
        guard case .indexed(let sha256) = stage else {
            throw StorageError(.writerClosed, source: partialPath, "nothing more can be written: it is finished")
        }
        try spool.publish()
        stage = .finished
        let key = SceneFileKey(scene: header.scene, lease: header.lease)
        return FinishedSceneFile(
            fileName: try key.fileName(),
            path: store.place(of: key),
            byteCount: byteCount,
            sha256: sha256,
            sampleTokens: entries.map(\.token)
        )
    }

    /// Stops writing and keeps the unfinished file, so that a later lease can adopt its samples.
    public func abandon() { spool.abandon() }

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
        try append(part, .sample)
        KillPoint.reached(.sampleWritten, scene: header.scene)
        entries.append(entry)
        tokens.insert(token)
    }

    private func checkNew(_ token: String) throws {
        guard case .appending = stage else {
            throw StorageError(
                .writerClosed,
                source: partialPath,
                "the index is written; only finish() may be called again"
            )
        }
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

    private func append(_ part: [UInt8], _ kind: ScenePart) throws {
        try spool.append(part, kind)
        part.withUnsafeBytes { digest.update($0) }
        byteCount += part.count
    }
}

/// A scene file that is published.
public struct FinishedSceneFile: Codable, Equatable, Sendable {
    /// Its name in the queue and in `run.json`.
    public let fileName: String
    /// Where it is, for people.
    public let path: String
    /// Size in bytes.
    public let byteCount: Int
    /// SHA-256 of the file, 64 hexadecimal digits.
    public let sha256: String
    /// Tokens of the samples in file order.
    public let sampleTokens: [String]
}
