internal import LZ4Frames
public import SystemSupport

/// A finished scene file, read by its index: one seek and one read give any sample.
///
/// ```swift
/// let reader = try SceneFileReader(path: path)
/// for entry in reader.entries {
///     let grid = try reader.sample(entry).occupancy()          // NPYArray, uint8 [200, 200, 16]
/// }
/// ```
///
/// Opening checks the header and the index, reading a sample checks that sample; `verify` checks every byte.
public struct SceneFileReader: Sendable {
    /// The file.
    public let path: String
    /// What the file says of itself.
    public let header: SceneFileHeader
    /// The samples in file order.
    public let entries: [SampleEntry]
    /// Size of the file.
    public var byteCount: Int { file.byteCount }

    private let file: any ReadableFile
    private let places: [String: Int]

    /// Opens a finished file.
    ///
    /// - Throws: `StorageError` (`unfinished`, `damaged`, `unsupportedVersion`), `FileError`.
    public init(path: String, fileSystem: any FileSystem = POSIXFileSystem()) throws {
        try self.init(fileSystem.openFile(path), path: path)
    }

    /// Reads a finished file that is open.
    ///
    /// - Parameter path: where it is, for people.
    /// - Throws: `StorageError` (`unfinished`, `damaged`, `unsupportedVersion`), `FileError`.
    public init(_ file: any ReadableFile, path: String) throws {
        self.path = path
        self.file = file
        let (section, frame) = try SceneFileWalker.sectionFrame(in: file, at: 0, path: path)
        guard section == .header else {
            throw StorageError(.damaged(offset: 0), source: path, "a \(section) frame stands in place of the header")
        }
        header = try SceneFileHeader.decode(from: frame, path: path)
        let start = try Self.indexOffset(of: file, headerBytes: frame.count, path: path)
        entries = try Self.index(of: file, at: start, headerBytes: frame.count, path: path)
        places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.token, $0) })
    }

    /// The row of a token.
    ///
    /// - Throws: `StorageError` (`missingSample`).
    public func entry(token: String) throws -> SampleEntry {
        guard let place = places[token] else {
            throw StorageError(.missingSample, source: path, "holds no sample '\(token)' among its \(entries.count)")
        }
        return entries[place]
    }

    /// Reads one sample and checks all of its checksums; may be called from several threads at once.
    ///
    /// - Throws: `StorageError` (`damaged`, `invalidSample`), `FileError`.
    public func sample(_ entry: SampleEntry) throws -> SceneSample {
        let frame = try SceneFileWalker.dataFrame(entry, in: file, path: path)
        let decompressor = try LZ4Decompressor()
        let content = try SceneFileWalker.content(of: frame, entry: entry, decompressor: decompressor, path: path)
        return SceneSample(entry: entry, content: content)
    }

    /// Reads the sample of a token.
    ///
    /// - Throws: `StorageError` (`missingSample`, `damaged`, `invalidSample`), `FileError`.
    public func sample(token: String) throws -> SceneSample {
        try sample(entry(token: token))
    }

    /// Checks every byte of a finished file against the format and all checksums.
    ///
    /// - Returns: the header and the samples.
    /// - Throws: `StorageError` for the first thing that is wrong, with its offset; `FileError`.
    public static func verify(
        path: String,
        fileSystem: any FileSystem = POSIXFileSystem()
    ) throws -> (header: SceneFileHeader, entries: [SampleEntry]) {
        try verify(fileSystem.openFile(path), path: path)
    }

    /// Checks every byte of a finished file that is open.
    static func verify(
        _ file: any ReadableFile,
        path: String
    ) throws -> (header: SceneFileHeader, entries: [SampleEntry]) {
        var walker = try SceneFileWalker(file, path: path)
        while case .sample = try walker.next() {}
        return (walker.header, walker.entries)
    }

    /// The whole samples of an unfinished or damaged file, up to the first part that is not whole and right.
    ///
    /// - Parameter body: gets each whole sample, checked, in file order.
    /// - Returns: the header, the rows of those samples, and what ended them.
    /// - Throws: `StorageError` or `FileError` where not even the header can be read, and what `body` throws.
    public static func recover(
        path: String,
        fileSystem: any FileSystem = POSIXFileSystem(),
        _ body: (SceneSample) throws -> Void = { _ in }
    ) throws -> RecoveredScene {
        try recover(fileSystem.openFile(path), path: path, body)
    }

    /// The whole samples of a file that is open.
    static func recover(
        _ file: any ReadableFile,
        path: String,
        _ body: (SceneSample) throws -> Void = { _ in }
    ) throws -> RecoveredScene {
        var walker = try SceneFileWalker(file, path: path)
        while true {
            let part: SceneFileWalker.Part
            do {
                part = try walker.next()
            } catch let error as StorageError {
                return RecoveredScene(
                    header: walker.header,
                    entries: walker.entries,
                    wholeBytes: walker.offset,
                    end: .incomplete(error)
                )
            } catch let error as FileError {
                return RecoveredScene(
                    header: walker.header,
                    entries: walker.entries,
                    wholeBytes: walker.offset,
                    end: .unreadable(error)
                )
            }
            guard case .sample(let entry, _, let content) = part else {
                return RecoveredScene(
                    header: walker.header,
                    entries: walker.entries,
                    wholeBytes: walker.offset,
                    end: .finished
                )
            }
            try body(SceneSample(entry: entry, content: content))
        }
    }

    private static func indexOffset(of file: any ReadableFile, headerBytes: Int, path: String) throws -> Int {
        let end = file.byteCount - SectionFrame.tailBytes
        guard end >= headerBytes else { return headerBytes }
        let tail = try file.readUpTo(8, at: end)
        let value = tail.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // Without an index the last bytes are anything; the walk below tells an unfinished file from a damaged one.
        guard value >= UInt64(headerBytes), value <= UInt64(end) else { return headerBytes }
        return Int(value)
    }

    private static func index(
        of file: any ReadableFile,
        at start: Int,
        headerBytes: Int,
        path: String
    ) throws -> [SampleEntry] {
        let entries: [SampleEntry]
        do {
            let (section, frame) = try SceneFileWalker.sectionFrame(in: file, at: start, path: path)
            guard section == .index, start + frame.count == file.byteCount else {
                throw StorageError(.damaged(offset: start), source: path, "the index does not end the file")
            }
            entries = try section.decode(SampleIndex.self, from: frame, at: start, path: path).samples
        } catch let error as StorageError {
            if case .unsupportedVersion = error.kind { throw error }
            throw StorageError(
                .unfinished(bytes: file.byteCount),
                source: path,
                "no whole index ends the file: it was cut off, its lease was lost, or its end is damaged"
            )
        }
        var position = headerBytes
        var tokens: Set<String> = []
        guard entries.count <= SceneFileLimits.samples else {
            throw StorageError(.damaged(offset: start), source: path, "the index has \(entries.count) rows")
        }
        for entry in entries {
            try SceneFileWalker.check(entry, at: start, path: path)
            guard entry.offset > position, entry.frameBytes <= start - entry.offset, tokens.insert(entry.token).inserted
            else {
                throw StorageError(
                    .damaged(offset: start),
                    source: path,
                    "the index row of sample '\(entry.token)' is impossible"
                )
            }
            position = entry.offset + entry.frameBytes
        }
        guard position == start else {
            throw StorageError(.damaged(offset: start), source: path, "the index does not follow its last sample")
        }
        return entries
    }
}

/// What could be read of an unfinished or damaged file.
public struct RecoveredScene: Equatable, Sendable {
    /// What ended the recovery.
    public enum End: Equatable, Sendable {
        /// The index: the file is finished and whole.
        case finished
        /// The end of the file, or damage.
        case incomplete(StorageError)
        /// The disk would not read on.
        case unreadable(FileError)
    }

    /// What the file says of itself.
    public let header: SceneFileHeader
    /// The whole samples, in file order.
    public let entries: [SampleEntry]
    /// Size of the part of the file that was found whole and right.
    public let wholeBytes: Int
    /// What ended it.
    public let end: End
}
