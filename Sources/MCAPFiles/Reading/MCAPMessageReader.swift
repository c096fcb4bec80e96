/// Reads single messages by reference; belongs to one thread.
///
/// It needs no summary, so it reads a file that was cut as well. The last chunk is kept: pictures of one moment lie close together.
public final class MCAPMessageReader {
    /// A message, told by what its record alone says.
    public struct Found: Sendable {
        /// The number of its channel.
        public let channelID: UInt16
        /// When it was recorded, nanoseconds.
        public let logTime_ns: Int64
        /// Its bytes, in the channel's encoding; they keep the chunk's memory.
        public let data: ArraySlice<UInt8>
    }

    private let bytes: any MCAPBytes
    private let limits: MCAPLimits
    private let unpacker: ChunkUnpacker
    private var kept: (place: Int, records: ArraySlice<UInt8>)?

    /// Where the chunk is that is kept.
    public var keptChunk: Int? { kept?.place }

    /// What the kept chunk takes, bytes.
    public var keptBytes: Int { kept?.records.count ?? 0 }

    /// Makes a reader of a recording that need not be opened: neither its header nor its summary is looked at.
    public init(bytes: any MCAPBytes, limits: MCAPLimits = MCAPLimits()) {
        self.bytes = bytes
        self.limits = limits
        unpacker = ChunkUnpacker(limits: limits)
    }

    /// Makes a reader of a recording that was opened.
    public convenience init(_ file: MCAPFile) { self.init(bytes: file.bytes, limits: file.limits) }

    /// The message at a place.
    ///
    /// - Throws: `MCAPError` where there is no message, or its chunk is damaged; whatever reading throws.
    public func message(at reference: MessageReference) throws -> Found {
        do {
            guard let offset = reference.offset else { return try outside(reference.record) }
            return try inside(try records(ofChunkAt: reference.record), offset)
        } catch let error as MCAPError {
            throw error.of("the message at \(reference)")
        }
    }

    private func outside(_ place: Int) throws -> Found {
        let head = try record(at: place, of: .message, "message")
        guard head.count <= limits.recordBytes else {
            throw MCAPError(.tooLarge, "\(head.count) bytes, at most \(limits.recordBytes) are read")
        }
        return try Self.found(try bytes.bytes(at: head.start, count: head.count)[...])
    }

    private func records(ofChunkAt place: Int) throws -> ArraySlice<UInt8> {
        if let kept, kept.place == place { return kept.records }
        kept = nil
        let head = try record(at: place, of: .chunk, "chunk")
        let records = try unpacker.records(
            of: try PackedChunk(bytes, at: head.start, count: head.count, limits: limits)
        )
        kept = (place, records)
        return records
    }

    /// Where the content of a record lies, which must be of this kind.
    private func record(at place: Int, of kind: Opcode, _ name: String) throws -> (start: Int, count: Int) {
        let head = try RecordHead(try bytes.bytes(at: place, count: MCAPFormat.headBytes)[...])
        guard head.opcode == kind.rawValue else {
            throw MCAPError(.damaged, "no \(name) is there: the file is not the one that was looked through before")
        }
        let start = place + MCAPFormat.headBytes
        guard head.contentBytes <= UInt64(bytes.byteCount - start) else {
            throw MCAPError(.cut, "the file ends at byte \(bytes.byteCount), inside this \(name)")
        }
        return (start, Int(head.contentBytes))
    }

    private func inside(_ records: ArraySlice<UInt8>, _ wanted: Int) throws -> Found {
        var walk = ChunkRecords(records, place: 0)
        // From record to record, so that no part of another message is taken for one.
        while let (offset, opcode, content) = try walk.next(), offset <= wanted {
            guard offset == wanted else { continue }
            guard opcode == Opcode.message.rawValue else { break }
            return try Self.found(content)
        }
        throw MCAPError(
            .damaged,
            "no message begins at \(wanted) in this chunk: the file is not the one that was looked through before"
        )
    }

    private static func found(_ content: ArraySlice<UInt8>) throws -> Found {
        var cursor = RecordCursor(content)
        let fields = try MessageFields(&cursor)
        return Found(channelID: fields.channelID, logTime_ns: fields.logTime_ns, data: cursor.rest)
    }
}
