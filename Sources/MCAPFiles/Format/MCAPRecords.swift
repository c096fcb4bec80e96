/// The records of the format (https://mcap.dev/spec) that are read or written here.
enum Opcode: UInt8 {
    case header = 0x01
    case footer = 0x02
    case schema = 0x03
    case channel = 0x04
    case message = 0x05
    case chunk = 0x06
    case messageIndex = 0x07
    case chunkIndex = 0x08
    case attachment = 0x09
    case attachmentIndex = 0x0A
    case statistics = 0x0B
    case metadata = 0x0C
    case metadataIndex = 0x0D
    case summaryOffset = 0x0E
    case dataEnd = 0x0F
}

/// Fixed parts of the format.
enum MCAPFormat {
    /// Both ends of a file; the sixth byte is the version.
    static let magic: [UInt8] = [0x89, 0x4D, 0x43, 0x41, 0x50, 0x30, 0x0D, 0x0A]
    /// Opcode and size of a record.
    static let headBytes = 9
    static let footerBytes = 20
    /// Where a message's data begins in its record's content.
    static let messageFieldBytes = 22
}

/// What a record's first bytes say.
struct RecordHead {
    let opcode: UInt8
    let contentBytes: UInt64

    init(_ bytes: ArraySlice<UInt8>) throws {
        var cursor = RecordCursor(bytes)
        opcode = try cursor.integer(UInt8.self)
        contentBytes = try cursor.integer(UInt64.self)
    }
}

/// How messages of one kind are made: a name, and a text in a language of schemas.
public struct MCAPSchema: Hashable, Sendable {
    /// What channels call it; never 0.
    public let id: UInt16
    /// The type's name, such as `foxglove.CompressedImage` or `sensor_msgs/msg/CompressedImage`.
    public let name: String
    /// The language of the data: `protobuf`, `jsonschema`, `ros2msg`, `ros1msg`, ...
    public let encoding: String
    /// The schema itself.
    public let data: [UInt8]

    init(_ content: ArraySlice<UInt8>) throws {
        var cursor = RecordCursor(content)
        id = try cursor.integer(UInt16.self)
        name = try cursor.text()
        encoding = try cursor.text()
        data = Array(try cursor.block())
    }

    init(id: UInt16, name: String, encoding: String, data: [UInt8]) {
        (self.id, self.name, self.encoding, self.data) = (id, name, encoding, data)
    }

    func append(to builder: inout RecordBuilder) {
        builder.append(.schema) {
            $0.append(id)
            $0.append(text: name)
            $0.append(text: encoding)
            $0.append(block: data)
        }
    }
}

/// A stream of messages of one schema on one topic.
public struct MCAPChannel: Hashable, Sendable {
    /// What messages call it.
    public let id: UInt16
    /// Its schema; 0: none.
    public let schemaID: UInt16
    /// The topic; several channels may have the same.
    public let topic: String
    /// How messages are written: `protobuf`, `json`, `cdr`, `ros1`, ...
    public let messageEncoding: String
    /// Whatever the writer noted.
    public let metadata: [String: String]

    init(_ content: ArraySlice<UInt8>) throws {
        var cursor = RecordCursor(content)
        id = try cursor.integer(UInt16.self)
        schemaID = try cursor.integer(UInt16.self)
        topic = try cursor.text()
        messageEncoding = try cursor.text()
        metadata = try cursor.texts()
    }

    init(id: UInt16, schemaID: UInt16, topic: String, messageEncoding: String, metadata: [String: String]) {
        (self.id, self.schemaID, self.topic) = (id, schemaID, topic)
        (self.messageEncoding, self.metadata) = (messageEncoding, metadata)
    }

    func append(to builder: inout RecordBuilder) {
        builder.append(.channel) {
            $0.append(id)
            $0.append(schemaID)
            $0.append(text: topic)
            $0.append(text: messageEncoding)
            var texts = RecordBuilder()
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
                texts.append(text: key)
                texts.append(text: value)
            }
            $0.append(block: texts.bytes)
        }
    }
}

/// The fields of a message's record before its data.
struct MessageFields {
    let channelID: UInt16
    let sequence: UInt32
    let logTime_ns: Int64
    let publishTime_ns: Int64

    init(_ cursor: inout RecordCursor) throws {
        channelID = try cursor.integer(UInt16.self)
        sequence = try cursor.integer(UInt32.self)
        logTime_ns = try cursor.time_ns()
        publishTime_ns = try cursor.time_ns()
    }
}

/// A chunk's record, its records still packed.
struct PackedChunk {
    let unpackedBytes: Int
    /// CRC-32 of the unpacked records; 0: none was made.
    let checksum: UInt32
    let compression: String
    let records: ArraySlice<UInt8>

    init(_ content: ArraySlice<UInt8>) throws {
        var cursor = RecordCursor(content)
        _ = try cursor.integer(UInt64.self)
        _ = try cursor.integer(UInt64.self)
        unpackedBytes = try cursor.size()
        checksum = try cursor.integer(UInt32.self)
        compression = try cursor.text()
        let count = try cursor.size()
        records = try cursor.take(count)
    }
}

/// Where a chunk is and what it holds, as a summary says.
public struct MCAPChunkIndex: Hashable, Sendable {
    /// The offset of the chunk's record in the file.
    public let offset: Int
    /// The times of its first and last message, nanoseconds; nil where the writer gave none that make sense.
    public let times_ns: ClosedRange<Int64>?
    /// The channels that have messages in it; empty where the writer made no index of messages.
    public let channels: [UInt16]
    /// Its compression: `lz4`, `zstd`, or empty.
    public let compression: String
    /// Packed size of its records.
    public let packedBytes: Int
    /// Unpacked size of its records.
    public let unpackedBytes: Int

    init(_ content: ArraySlice<UInt8>) throws {
        var cursor = RecordCursor(content)
        times_ns = try cursor.times_ns()
        offset = try cursor.size()
        _ = try cursor.size()
        channels = try cursor.map(of: UInt16.self).map(\.key)
        _ = try cursor.size()
        compression = try cursor.text()
        packedBytes = try cursor.size()
        unpackedBytes = try cursor.size()
    }
}

/// What a writer counted.
public struct MCAPStatistics: Hashable, Sendable {
    /// All messages.
    public let messages: UInt64
    /// All chunks.
    public let chunks: UInt32
    /// The times of the first and last message, nanoseconds; nil where the writer gave none that make sense.
    public let times_ns: ClosedRange<Int64>?
    /// Messages of each channel; empty where the writer did not count them.
    public let channelMessages: [UInt16: UInt64]

    init(_ content: ArraySlice<UInt8>) throws {
        var cursor = RecordCursor(content)
        messages = try cursor.integer(UInt64.self)
        _ = try cursor.integer(UInt16.self)
        _ = try cursor.integer(UInt32.self)
        _ = try cursor.integer(UInt32.self)
        _ = try cursor.integer(UInt32.self)
        chunks = try cursor.integer(UInt32.self)
        times_ns = try cursor.times_ns()
        channelMessages = Dictionary(
            try cursor.map(of: UInt16.self).map { ($0.key, $0.value) },
            uniquingKeysWith: { _, last in last }
        )
    }
}
