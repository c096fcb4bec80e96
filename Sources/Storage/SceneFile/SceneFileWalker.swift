internal import LZ4Frames
internal import SystemSupport

/// Reads a scene file from its start, part by part, and lets nothing pass that is not whole and right.
struct SceneFileWalker: ~Copyable {
    /// A part of the file.
    enum Part {
        /// A record with its data frame and the frame's content.
        case sample(SampleEntry, frame: [UInt8], content: [UInt8])
        /// The index, equal to the samples walked, with nothing after it.
        case index
    }

    let path: String
    let header: SceneFileHeader
    /// The samples so far.
    private(set) var entries: [SampleEntry] = []
    /// Where the next part begins: every byte before it was checked.
    private(set) var offset: Int

    private let file: any ReadableFile
    private let decompressor: LZ4Decompressor
    private var tokens: Set<String> = []

    /// Takes an open file and checks its header.
    init(_ file: any ReadableFile, path: String) throws {
        let (section, frame) = try Self.sectionFrame(in: file, at: 0, path: path)
        guard section == .header else {
            throw StorageError(.damaged(offset: 0), source: path, "a \(section) frame stands in place of the header")
        }
        let header = try SceneFileHeader.decode(from: frame, path: path)
        decompressor = try LZ4Decompressor()
        self.path = path
        self.file = file
        self.header = header
        offset = frame.count
    }

    /// Checks and gives the next part.
    ///
    /// - Throws: `StorageError` (`unfinished` where the file ends before its index), `FileError`.
    mutating func next() throws -> Part {
        let (section, frame) = try Self.sectionFrame(in: file, at: offset, path: path)
        switch section {
        case .header: throw StorageError(.damaged(offset: offset), source: path, "a second header frame")
        case .record: return try sample(record: frame)
        case .index:
            let index = try SectionFrame.index.decode(SampleIndex.self, from: frame, at: offset, path: path)
            guard index.samples == entries else {
                throw StorageError(
                    .damaged(offset: offset),
                    source: path,
                    "the index does not agree with the \(entries.count) samples before it"
                )
            }
            guard offset + frame.count == file.byteCount else {
                throw StorageError(
                    .damaged(offset: offset + frame.count),
                    source: path,
                    "\(file.byteCount - offset - frame.count) bytes follow the index"
                )
            }
            offset += frame.count
            return .index
        }
    }

    private mutating func sample(record bytes: [UInt8]) throws -> Part {
        let start = offset
        let record = try SectionFrame.record.decode(SampleRecord.self, from: bytes, at: start, path: path)
        let entry = record.entry(at: start + bytes.count)
        try Self.check(entry, at: start, path: path)
        guard tokens.insert(entry.token).inserted else {
            throw StorageError(
                .damaged(offset: start),
                source: path,
                "sample '\(entry.token)' stands here a second time"
            )
        }
        guard entries.count < SceneFileLimits.samples else {
            throw StorageError(.damaged(offset: start), source: path, "more than \(SceneFileLimits.samples) samples")
        }
        let frame = try Self.dataFrame(entry, in: file, path: path)
        let content = try Self.content(of: frame, entry: entry, decompressor: decompressor, path: path)
        entries.append(entry)
        offset = entry.offset + entry.frameBytes
        return .sample(entry, frame: frame, content: content)
    }
}

extension SceneFileWalker {
    /// Reads the whole header, record or index frame at an offset, as far as its head can be believed.
    static func sectionFrame(
        in file: any ReadableFile,
        at offset: Int,
        path: String
    ) throws -> (SectionFrame, [UInt8]) {
        let remaining = file.byteCount - offset
        guard remaining >= SectionFrame.headBytes else {
            throw unfinished(file, path: path)
        }
        let head = try SectionFrame.head(file.readUpTo(SectionFrame.headBytes, at: offset), at: offset, path: path)
        guard head.frameBytes <= remaining else { throw unfinished(file, path: path) }
        let frame = try file.readUpTo(head.frameBytes, at: offset)
        guard frame.count == head.frameBytes else { throw unfinished(file, path: path) }
        return (head.section, frame)
    }

    /// Checks the numbers of a record or index row against the format's bounds.
    static func check(_ entry: SampleEntry, at offset: Int, path: String) throws {
        guard SceneFileLimits.isToken(entry.token), (1...SceneFileLimits.frameBytes).contains(entry.frameBytes),
            (0...SceneFileLimits.contentBytes).contains(entry.contentBytes)
        else {
            throw StorageError(
                .damaged(offset: offset),
                source: path,
                "sample '\(entry.token)' with \(entry.frameBytes) bytes for \(entry.contentBytes) of content is impossible"
            )
        }
    }

    /// Reads a data frame and compares its checksum.
    static func dataFrame(_ entry: SampleEntry, in file: any ReadableFile, path: String) throws -> [UInt8] {
        guard entry.frameBytes <= file.byteCount - entry.offset else { throw unfinished(file, path: path) }
        let frame = try file.readUpTo(entry.frameBytes, at: entry.offset)
        guard frame.count == entry.frameBytes else { throw unfinished(file, path: path) }
        guard CRC32.checksum(frame) == entry.frameCRC32 else {
            throw StorageError(
                .damaged(offset: entry.offset),
                source: path,
                "the checksum of sample '\(entry.token)' is wrong"
            )
        }
        return frame
    }

    /// Decompresses a data frame and checks what it holds.
    static func content(
        of frame: [UInt8],
        entry: SampleEntry,
        decompressor: borrowing LZ4Decompressor,
        path: String
    ) throws -> [UInt8] {
        let content: [UInt8]
        do {
            content = try decompressor.decompress(frame, maximumContentBytes: entry.contentBytes)
        } catch let error as LZ4FrameError {
            throw StorageError(.damaged(offset: entry.offset), source: path, "sample '\(entry.token)': \(error)")
        }
        guard content.count == entry.contentBytes else {
            throw StorageError(
                .damaged(offset: entry.offset),
                source: path,
                "sample '\(entry.token)' has \(content.count) bytes of content instead of \(entry.contentBytes)"
            )
        }
        try SampleContent.check(content, kind: entry.kind, token: entry.token, path: path)
        return content
    }

    private static func unfinished(_ file: any ReadableFile, path: String) -> StorageError {
        StorageError(
            .unfinished(bytes: file.byteCount),
            source: path,
            "the file ends after \(file.byteCount) bytes, before its index: it was cut off or its lease was lost"
        )
    }
}

extension SceneFileHeader {
    /// Decodes the header frame at the start of a file.
    static func decode(from frame: [UInt8], path: String) throws -> SceneFileHeader {
        let header = try SectionFrame.header.decode(SceneFileHeader.self, from: frame, at: 0, path: path)
        guard header.lease >= 1 else {
            throw StorageError(.damaged(offset: 0), source: path, "the header's lease is \(header.lease)")
        }
        return header
    }
}
