/// Writes a recording: chunks, indexes, summary.
///
/// The same calls give the same bytes. Belongs to one thread.
///
/// ```swift
/// let writer = try MCAPWriter(sink)
/// let schema = try writer.add(FoxgloveSchema.compressedImage)
/// let channel = try writer.addChannel(topic: "/front", schema: schema, messageEncoding: "protobuf")
/// try writer.write(image, channel: channel, logTime_ns: time)
/// try writer.finish()
/// ```
public final class MCAPWriter {
    private let sink: any MCAPSink
    private let packer: ChunkPacker
    private let chunkBytes: Int
    private var place = 0
    private var checksum: UInt32 = 0
    private var schemas: [MCAPSchema] = []
    private var channels: [MCAPChannel] = []
    private var definedSchemas: Set<UInt16> = []
    private var definedChannels: Set<UInt16> = []
    private var counts: [UInt16: UInt64] = [:]
    private var chunk = ChunkBuilder()
    private var indexes: [WrittenChunk] = []
    private var times_ns: ClosedRange<Int64>?
    private var isFinished = false

    /// Writes the header.
    ///
    /// - Parameters:
    ///   - profile: the convention of the channels' metadata; empty where there is none.
    ///   - chunkBytes: a chunk is closed when its records take so many bytes unpacked.
    /// - Throws: whatever the sink throws.
    public init(
        _ sink: any MCAPSink,
        profile: String = "",
        compression: ChunkCompression = .zstd,
        chunkBytes: Int = 1 << 20
    ) throws {
        self.sink = sink
        packer = ChunkPacker(compression)
        self.chunkBytes = chunkBytes
        try emit(MCAPFormat.magic)
        try emit {
            $0.append(.header) {
                $0.append(text: profile)
                $0.append(text: "occ")
            }
        }
    }

    /// Adds a schema and gives its number.
    ///
    /// - Throws: `MCAPError` where the file is finished, or there are 65,535 already.
    public func addSchema(name: String, encoding: String, data: [UInt8]) throws -> UInt16 {
        try judge(schemas.count < UInt16.max, "more than 65,535 schemas")
        let schema = MCAPSchema(id: UInt16(schemas.count + 1), name: name, encoding: encoding, data: data)
        schemas.append(schema)
        return schema.id
    }

    /// Adds a channel and gives its number.
    ///
    /// - Parameter schema: a schema's number, or 0 for none.
    /// - Throws: `MCAPError` where the file is finished, the schema is unknown, or there are 65,535 channels already.
    public func addChannel(
        topic: String,
        schema: UInt16,
        messageEncoding: String,
        metadata: [String: String] = [:]
    ) throws -> UInt16 {
        try judge(channels.count < UInt16.max, "more than 65,535 channels")
        try judge(Int(schema) <= schemas.count, "a channel of schema \(schema), which was not added")
        let channel = MCAPChannel(
            id: UInt16(channels.count + 1),
            schemaID: schema,
            topic: topic,
            messageEncoding: messageEncoding,
            metadata: metadata
        )
        channels.append(channel)
        return channel.id
    }

    /// Writes a message; it is in the file when its chunk is full.
    ///
    /// - Parameters:
    ///   - logTime_ns: nanoseconds since 1970, not negative.
    ///   - publishTime_ns: the same where it is left out.
    /// - Throws: `MCAPError` where the channel is unknown, a time is negative, or the file is finished; whatever the sink throws.
    public func write(
        _ data: some Collection<UInt8>,
        channel: UInt16,
        logTime_ns: Int64,
        publishTime_ns: Int64? = nil
    ) throws {
        try judge(channel > 0 && Int(channel) <= channels.count, "a message of channel \(channel), which was not added")
        let publishTime_ns = publishTime_ns ?? logTime_ns
        try judge(logTime_ns >= 0 && publishTime_ns >= 0, "a message before the year 1970")
        if !definedChannels.contains(channel) { define(channels[Int(channel) - 1]) }
        let sequence = UInt32(truncatingIfNeeded: counts[channel, default: 0])
        counts[channel, default: 0] += 1
        times_ns =
            min(times_ns?.lowerBound ?? logTime_ns, logTime_ns)...max(times_ns?.upperBound ?? logTime_ns, logTime_ns)
        chunk.add(data, channel, sequence, logTime_ns, publishTime_ns)
        if chunk.records.bytes.count >= chunkBytes { try close() }
    }

    /// Writes the last chunk, the summary and the footer.
    ///
    /// - Throws: `MCAPError` where the file is finished already; whatever the sink throws.
    public func finish() throws {
        try judge(true, "")
        // Whatever the summary repeats must stand in the data section.
        for channel in channels { define(channel) }
        for schema in schemas { define(schema) }
        try close()
        isFinished = true
        try emit { $0.append(.dataEnd) { $0.append(checksum) } }
        try writeSummary()
        try emit(MCAPFormat.magic)
    }

    private func judge(_ isLegal: Bool, _ what: String) throws {
        guard !isFinished else { throw MCAPError(.misuse, "the recording is finished already") }
        guard isLegal else { throw MCAPError(.misuse, what) }
    }

    /// Puts a channel and its schema before their first message.
    private func define(_ channel: MCAPChannel) {
        guard definedChannels.insert(channel.id).inserted else { return }
        if channel.schemaID != 0 { define(schemas[Int(channel.schemaID) - 1]) }
        channel.append(to: &chunk.records)
    }

    private func define(_ schema: MCAPSchema) {
        guard definedSchemas.insert(schema.id).inserted else { return }
        schema.append(to: &chunk.records)
    }

    private func close() throws {
        guard !chunk.records.bytes.isEmpty else { return }
        let records = chunk.records.bytes
        let packed = try packer.pack(records)
        let times = chunk.times_ns ?? 0...0
        let start = place
        try emit {
            $0.append(.chunk) {
                $0.append(UInt64(times.lowerBound))
                $0.append(UInt64(times.upperBound))
                $0.append(UInt64(records.count))
                $0.append(Checksums.crc32(records))
                $0.append(text: packer.compression.rawValue)
                $0.append(UInt64(packed.count))
                $0.append(raw: packed)
            }
        }
        var written = WrittenChunk(offset: start, byteCount: place - start, times_ns: times)
        written.packedBytes = packed.count
        written.unpackedBytes = records.count
        for (channel, entries) in chunk.entries.sorted(by: { $0.key < $1.key }) {
            written.messageIndexes.append((channel, place))
            try emit {
                $0.append(.messageIndex) {
                    $0.append(channel)
                    $0.append(UInt32(entries.count * 16))
                    for entry in entries.sorted(by: { ($0.time_ns, $0.offset) < ($1.time_ns, $1.offset) }) {
                        $0.append(UInt64(entry.time_ns))
                        $0.append(UInt64(entry.offset))
                    }
                }
            }
        }
        written.indexBytes = place - start - written.byteCount
        indexes.append(written)
        chunk = ChunkBuilder()
    }

    private func writeSummary() throws {
        let start = place
        var summary = RecordBuilder()
        var groups: [(Opcode, Int, Int)] = []
        func group(_ opcode: Opcode, _ content: (inout RecordBuilder) -> Void) {
            let before = summary.bytes.count
            content(&summary)
            if summary.bytes.count > before { groups.append((opcode, start + before, summary.bytes.count - before)) }
        }
        group(.schema) { builder in for schema in schemas { schema.append(to: &builder) } }
        group(.channel) { builder in for channel in channels { channel.append(to: &builder) } }
        group(.statistics) { $0.append(.statistics, appendStatistics) }
        group(.chunkIndex) { builder in
            for index in indexes { index.append(to: &builder, packer.compression) }
        }
        let offsets = start + summary.bytes.count
        for (opcode, place, count) in groups {
            summary.append(.summaryOffset) {
                $0.append(opcode.rawValue)
                $0.append(UInt64(place))
                $0.append(UInt64(count))
            }
        }
        let sum = Checksums.crc32(summary.bytes)
        summary.append(.footer) {
            $0.append(UInt64(start))
            $0.append(UInt64(offsets))
            // The checksum covers the footer up to itself, with the size of its whole content.
            var covered = RecordBuilder()
            covered.append(Opcode.footer.rawValue)
            covered.append(UInt64(MCAPFormat.footerBytes))
            covered.append(UInt64(start))
            covered.append(UInt64(offsets))
            $0.append(Checksums.crc32(covered.bytes, after: sum))
        }
        try emit(summary.bytes)
    }

    private func appendStatistics(to builder: inout RecordBuilder) {
        builder.append(counts.values.reduce(0, +))
        builder.append(UInt16(schemas.count))
        builder.append(UInt32(channels.count))
        builder.append(UInt32(0))
        builder.append(UInt32(0))
        builder.append(UInt32(indexes.count))
        builder.append(UInt64(times_ns?.lowerBound ?? 0))
        builder.append(UInt64(times_ns?.upperBound ?? 0))
        builder.append(UInt32(counts.count * 10))
        for (channel, count) in counts.sorted(by: { $0.key < $1.key }) {
            builder.append(channel)
            builder.append(count)
        }
    }

    private func emit(_ content: (inout RecordBuilder) -> Void) throws {
        var builder = RecordBuilder()
        content(&builder)
        try emit(builder.bytes)
    }

    private func emit(_ bytes: [UInt8]) throws {
        try sink.append(bytes)
        place += bytes.count
        if !isFinished { checksum = Checksums.crc32(bytes, after: checksum) }
    }
}
