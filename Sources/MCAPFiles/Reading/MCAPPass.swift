/// Goes once through a recording, in the order of the file, one chunk in memory at a time.
///
/// After an error about a chunk, `next` goes on behind that chunk. Belongs to one thread.
public final class MCAPPass {
    /// Whether messages of a channel are wanted.
    public typealias Choice = (MCAPChannel, MCAPSchema?) -> Bool

    /// How a pass ended.
    public enum Ending: Equatable, Sendable {
        /// All was read; the record that ends the data section is at this place, where there is one.
        case whole(dataEnd: Int?)
        /// The file ends inside a record that begins at this place.
        case cut(place: Int)
    }

    /// Schemas and channels, of the summary and those found so far.
    public private(set) var definitions: MCAPDefinitions
    /// How the pass ended; nil while it goes on, and after damage that hides where the next record is.
    public private(set) var ending: Ending?
    /// Chunks that were unpacked, by their compression.
    public private(set) var chunksRead: [String: Int] = [:]
    /// Chunks that were stepped over.
    public private(set) var chunksSkipped = 0

    private let file: MCAPFile
    private let chunks: Set<Int>?
    private let wants: Choice
    private var chosen: [UInt16: Bool] = [:]
    private let unpacker: ChunkUnpacker
    private var window: ReadWindow
    private var place = MCAPFile.firstRecord
    private var isOver = false
    private var messagesMet: UInt64 = 0
    /// Whether something was thrown, so that what is counted at the end says nothing.
    private var wasDamaged = false
    private var inner: ChunkRecords?

    /// Makes a pass from the file's start.
    ///
    /// - Parameters:
    ///   - chunks: the places of the only chunks that are read; nil: all that hold something wanted.
    ///   - wants: which channels' messages `next` gives; asked once for each channel.
    public init(_ file: MCAPFile, chunks: Set<Int>? = nil, wants: @escaping Choice = { _, _ in true }) {
        self.file = file
        self.chunks = chunks
        self.wants = wants
        definitions = file.summary?.definitions ?? MCAPDefinitions(limit: file.limits.definitionBytes)
        unpacker = ChunkUnpacker(limits: file.limits)
        window = ReadWindow(file.bytes)
    }

    /// The next message that is wanted; nil at the end, which `ending` tells.
    ///
    /// - Throws: `MCAPError`; whatever reading throws. After `damaged`, `tooLarge` or `unsupported` it may be called again.
    public func next() throws -> MCAPMessage? {
        do {
            while true {
                if let message = try nextInChunk() { return message }
                guard !isOver else { return nil }
                if let message = try nextOutside() { return message }
            }
        } catch {
            wasDamaged = true
            throw error
        }
    }

    /// Judges at the end what was met against what the writer counted: a record whose kind was damaged is passed over unseen.
    private func judgeCounts() throws {
        guard !wasDamaged, let summary = file.summary else { return }
        let met = chunksRead.values.reduce(chunksSkipped, +)
        let chunks = summary.statistics.map { Int($0.chunks) } ?? summary.chunks.count
        guard met == chunks else {
            throw MCAPError(.damaged, "the summary counts \(chunks) chunks, \(met) were found")
        }
        guard let statistics = summary.statistics, chunksSkipped == 0 else { return }
        guard statistics.messages == messagesMet else {
            throw MCAPError(.damaged, "the summary counts \(statistics.messages) messages, \(messagesMet) were found")
        }
    }

    private func nextInChunk() throws -> MCAPMessage? {
        guard let chunk = inner?.place else { return nil }
        do {
            while let (offset, opcode, content) = try inner?.next() {
                if try definitions.take(opcode, content) { continue }
                guard opcode == Opcode.message.rawValue else { continue }
                let reference = MessageReference(record: chunk, offset: offset)
                if let message = try message(content, at: reference) { return message }
            }
            inner = nil
            return nil
        } catch let error as MCAPError {
            inner = nil
            throw error.of("the chunk at byte \(chunk)")
        }
    }

    /// Takes the next record that is in no chunk; opens a chunk.
    private func nextOutside() throws -> MCAPMessage? {
        let (start, end) = (place, file.recordsEnd)
        guard end - start >= MCAPFormat.headBytes else {
            isOver = true
            ending = file.hasEnd ? .whole(dataEnd: nil) : .cut(place: start)
            guard !file.hasEnd || start == end else {
                throw MCAPError(.damaged, "\(end - start) bytes at byte \(start), which are no record")
            }
            if file.hasEnd { try judgeCounts() }
            return nil
        }
        let head = try RecordHead(try window.bytes(at: start, count: MCAPFormat.headBytes))
        let contentStart = start + MCAPFormat.headBytes
        guard head.contentBytes <= UInt64(end - contentStart) else { return try endInside(head, at: start) }
        let count = Int(head.contentBytes)
        place = contentStart + count
        do {
            switch Opcode(rawValue: head.opcode) {
            case .dataEnd, .footer:
                isOver = true
                let isData = head.opcode == Opcode.dataEnd.rawValue
                ending = file.hasEnd ? .whole(dataEnd: isData ? start : nil) : .cut(place: place)
            case .chunk: try open(chunkAt: start, contentStart, count)
            case .schema, .channel:
                _ = try definitions.take(head.opcode, try content(at: contentStart, count))
            case .message: return try messageOutside(at: start, contentStart, count)
            default: break
            }
        } catch let error as MCAPError {
            throw error.of("the \(head.opcode == Opcode.chunk.rawValue ? "chunk" : "record") at byte \(start)")
        }
        if isOver, file.hasEnd { try judgeCounts() }
        return nil
    }

    /// A record that claims more bytes than there are.
    private func endInside(_ head: RecordHead, at start: Int) throws -> MCAPMessage? {
        isOver = true
        guard !file.hasEnd else {
            throw MCAPError(
                .damaged,
                "the record at byte \(start) says \(head.contentBytes) bytes, which go beyond the file's end:"
                    + " what follows cannot be found"
            )
        }
        ending = .cut(place: start)
        return nil
    }

    private func content(at start: Int, _ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= file.limits.recordBytes else {
            throw MCAPError(.tooLarge, "\(count) bytes, at most \(file.limits.recordBytes) are read")
        }
        return try window.bytes(at: start, count: count)
    }

    private func open(chunkAt start: Int, _ contentStart: Int, _ count: Int) throws {
        guard needs(chunkAt: start) else {
            chunksSkipped += 1
            return
        }
        let chunk = try PackedChunk(file.bytes, at: contentStart, count: count, limits: file.limits)
        chunksRead[chunk.compression, default: 0] += 1
        inner = ChunkRecords(try unpacker.records(of: chunk), place: start)
    }

    /// False where the chunk is none of those chosen, or the summary knows all of its channels and none is wanted.
    private func needs(chunkAt start: Int) -> Bool {
        if let chunks { return chunks.contains(start) }
        guard let index = file.summary?.chunk(at: start), !index.channels.isEmpty else { return true }
        return index.channels.contains { id in
            definitions.channel(id).map { isWanted($0.channel, $0.schema) } ?? true
        }
    }

    private func isWanted(_ channel: MCAPChannel, _ schema: MCAPSchema?) -> Bool {
        if let known = chosen[channel.id] { return known }
        let answer = wants(channel, schema)
        chosen[channel.id] = answer
        return answer
    }

    private func messageOutside(at start: Int, _ contentStart: Int, _ count: Int) throws -> MCAPMessage? {
        // The channel says whether the rest is read at all.
        let fields = try window.bytes(at: contentStart, count: min(count, MCAPFormat.messageFieldBytes))
        let reference = MessageReference(record: start, offset: nil)
        guard try message(fields, at: reference) != nil else { return nil }
        messagesMet -= 1
        return try message(try content(at: contentStart, count), at: reference)
    }

    private func message(_ content: ArraySlice<UInt8>, at reference: MessageReference) throws -> MCAPMessage? {
        var cursor = RecordCursor(content)
        let fields = try MessageFields(&cursor)
        guard let (channel, schema) = definitions.channel(fields.channelID) else {
            throw MCAPError(
                .damaged,
                "a message of channel \(fields.channelID), which nothing before it defines, or whose schema nothing defines"
            )
        }
        messagesMet += 1
        guard isWanted(channel, schema) else { return nil }
        return MCAPMessage(
            channel: channel,
            schema: schema,
            sequence: fields.sequence,
            logTime_ns: fields.logTime_ns,
            publishTime_ns: fields.publishTime_ns,
            data: cursor.rest,
            reference: reference
        )
    }
}

extension PackedChunk {
    /// Reads the content of a chunk's record.
    init(_ bytes: any MCAPBytes, at contentStart: Int, count: Int, limits: MCAPLimits) throws {
        // Times, sizes, checksum, the compression's name and the size of the records come on top.
        guard count <= limits.chunkBytes + 4096 else {
            throw MCAPError(.tooLarge, "\(count) bytes packed, at most \(limits.chunkBytes) are read")
        }
        try self.init(try bytes.bytes(at: contentStart, count: count)[...])
    }
}
