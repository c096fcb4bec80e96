/// Records on their way into a chunk, and where its messages are.
struct ChunkBuilder {
    var records = RecordBuilder()
    private(set) var entries: [UInt16: [(time_ns: Int64, offset: Int)]] = [:]
    private(set) var times_ns: ClosedRange<Int64>?

    mutating func add(
        _ data: some Collection<UInt8>,
        _ channel: UInt16,
        _ sequence: UInt32,
        _ logTime_ns: Int64,
        _ publishTime_ns: Int64
    ) {
        entries[channel, default: []].append((logTime_ns, records.bytes.count))
        times_ns =
            min(times_ns?.lowerBound ?? logTime_ns, logTime_ns)...max(times_ns?.upperBound ?? logTime_ns, logTime_ns)
        records.append(.message) {
            $0.append(channel)
            $0.append(sequence)
            $0.append(UInt64(logTime_ns))
            $0.append(UInt64(publishTime_ns))
            $0.append(raw: data)
        }
    }
}

/// What the summary says about a chunk.
struct WrittenChunk {
    let offset: Int
    let byteCount: Int
    let times_ns: ClosedRange<Int64>
    var messageIndexes: [(channel: UInt16, place: Int)] = []
    var indexBytes = 0
    var packedBytes = 0
    var unpackedBytes = 0

    init(offset: Int, byteCount: Int, times_ns: ClosedRange<Int64>) {
        (self.offset, self.byteCount, self.times_ns) = (offset, byteCount, times_ns)
    }

    func append(to builder: inout RecordBuilder, _ compression: ChunkCompression) {
        builder.append(.chunkIndex) {
            $0.append(UInt64(times_ns.lowerBound))
            $0.append(UInt64(times_ns.upperBound))
            $0.append(UInt64(offset))
            $0.append(UInt64(byteCount))
            $0.append(UInt32(messageIndexes.count * 10))
            for (channel, place) in messageIndexes {
                $0.append(channel)
                $0.append(UInt64(place))
            }
            $0.append(UInt64(indexBytes))
            $0.append(text: compression.rawValue)
            $0.append(UInt64(packedBytes))
            $0.append(UInt64(unpackedBytes))
        }
    }
}
