/// What the end of a file says about the rest.
public struct MCAPSummary: Sendable {
    /// Schemas and channels.
    public let definitions: MCAPDefinitions
    /// The chunks in the order of their places.
    public let chunks: [MCAPChunkIndex]
    /// What the writer counted, where it did.
    public let statistics: MCAPStatistics?

    /// Reads a summary; nil where the file has none.
    init?(_ bytes: any MCAPBytes, footer: Footer, end: Int, limits: MCAPLimits) throws {
        guard footer.summaryStart != 0 else { return nil }
        guard footer.summaryStart >= MCAPFile.firstRecord, footer.summaryStart <= end else {
            throw MCAPError(.damaged, "it should be at byte \(footer.summaryStart), the records end at byte \(end)")
        }
        let size = end - footer.summaryStart
        guard size <= limits.summaryBytes else {
            throw MCAPError(.tooLarge, "\(size) bytes, at most \(limits.summaryBytes) are read")
        }
        let content = try bytes.bytes(at: footer.summaryStart, count: size)
        if footer.summaryChecksum != 0 {
            let found = Checksums.crc32(footer.checkedBytes, after: Checksums.crc32(content))
            guard found == footer.summaryChecksum else {
                throw MCAPError(.damaged, "it does not have the CRC-32 that the footer says")
            }
        }
        var (definitions, statistics) = (MCAPDefinitions(limit: limits.definitionBytes), MCAPStatistics?.none)
        var chunks: [MCAPChunkIndex] = []
        var cursor = RecordCursor(content[...])
        while !cursor.isAtEnd {
            let head = try RecordHead(try cursor.take(MCAPFormat.headBytes))
            guard let count = Int(exactly: head.contentBytes) else { throw MCAPError(.damaged, "a record too large") }
            let record = try cursor.take(count)
            if try definitions.take(head.opcode, record) { continue }
            switch Opcode(rawValue: head.opcode) {
            case .chunkIndex: chunks.append(try MCAPChunkIndex(record))
            case .statistics: statistics = try MCAPStatistics(record)
            default: break
            }
        }
        self.definitions = definitions
        self.statistics = statistics
        self.chunks = chunks.sorted { $0.offset < $1.offset }
    }

    /// The index of the chunk at a place.
    func chunk(at offset: Int) -> MCAPChunkIndex? {
        var (low, high) = (0, chunks.count)
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low < chunks.count && chunks[low].offset == offset ? chunks[low] : nil
    }
}
