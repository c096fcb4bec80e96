/// Goes through the records of an unpacked chunk.
struct ChunkRecords {
    /// The offset of the chunk's record in the file.
    let place: Int
    private let bytes: ArraySlice<UInt8>
    private var cursor: RecordCursor

    init(_ bytes: ArraySlice<UInt8>, place: Int) {
        self.place = place
        self.bytes = bytes
        cursor = RecordCursor(bytes)
    }

    /// The next record: its offset in the chunk, its kind, its content; nil at the end.
    mutating func next() throws -> (offset: Int, opcode: UInt8, content: ArraySlice<UInt8>)? {
        guard !cursor.isAtEnd else { return nil }
        let offset = cursor.readBytes
        let head = try RecordHead(try cursor.take(MCAPFormat.headBytes))
        guard let count = Int(exactly: head.contentBytes), count <= cursor.rest.count else {
            throw MCAPError(.damaged, "its record at \(offset) goes beyond its end")
        }
        return (offset, head.opcode, try cursor.take(count))
    }
}
