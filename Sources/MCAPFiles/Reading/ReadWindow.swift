/// Reads small pieces of a file that lie close together with few calls.
struct ReadWindow {
    private static let sizeBytes = 4096

    private let bytes: any MCAPBytes
    private var start = 0
    private var content: [UInt8] = []

    init(_ bytes: any MCAPBytes) { self.bytes = bytes }

    /// Bytes that must all be there.
    mutating func bytes(at offset: Int, count: Int) throws -> ArraySlice<UInt8> {
        if offset < start || offset + count > start + content.count {
            guard count <= Self.sizeBytes else { return try bytes.bytes(at: offset, count: count)[...] }
            content = try bytes.bytes(at: offset, count: max(count, min(Self.sizeBytes, bytes.byteCount - offset)))
            start = offset
        }
        return content[(offset - start)..<(offset - start + count)]
    }
}
