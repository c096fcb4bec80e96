/// Where a message lies in a file.
public struct MessageReference: Hashable, Sendable, LosslessStringConvertible {
    /// The offset in the file of the chunk's record, or of the message's own record.
    public let record: Int
    /// The offset of the message's record in the unpacked chunk; nil: it lies in no chunk.
    public let offset: Int?

    /// Makes a reference from its parts.
    public init(record: Int, offset: Int?) {
        self.record = record
        self.offset = offset
    }

    /// Reads `chunk:offset` or `offset`; nil for any other text.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts.map { part in
            part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(part) : nil
        }
        guard let record = numbers[0] else { return nil }
        if numbers.count == 2, numbers[1] == nil { return nil }
        self.init(record: record, offset: numbers.count == 2 ? numbers[1] : nil)
    }

    /// `chunk:offset` or `offset`, in decimal.
    public var description: String { offset.map { "\(record):\($0)" } ?? "\(record)" }
}
