/// Reads little-endian fields, front to back; a field that does not fit is an error.
struct RecordCursor {
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    /// What was not read yet.
    var rest: ArraySlice<UInt8> { bytes[place...] }

    var isAtEnd: Bool { place == bytes.endIndex }

    /// How many bytes were read.
    var readBytes: Int { place - bytes.startIndex }

    mutating func integer<Integer: FixedWidthInteger>(_: Integer.Type) throws -> Integer {
        let width = Integer.bitWidth / 8
        guard bytes.endIndex - place >= width else { throw Self.short }
        let offset = place - bytes.startIndex
        place += width
        return bytes.withUnsafeBytes {
            Integer(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Integer.self))
        }
    }

    /// A time: nanoseconds since 1970.
    mutating func time_ns() throws -> Int64 {
        let value = try integer(UInt64.self)
        guard let time = Int64(exactly: value) else {
            throw MCAPError(.damaged, "a time of \(value) ns, which is beyond the year 2262")
        }
        return time
    }

    /// The first and the last of some times; nil where a writer had none and put others there.
    mutating func times_ns() throws -> ClosedRange<Int64>? {
        let first = Int64(exactly: try integer(UInt64.self))
        let last = Int64(exactly: try integer(UInt64.self))
        guard let first, let last, first <= last else { return nil }
        return first...last
    }

    /// An offset or a size in the file.
    mutating func size() throws -> Int {
        let value = try integer(UInt64.self)
        guard let size = Int(exactly: value) else { throw MCAPError(.damaged, "a size of \(value) bytes") }
        return size
    }

    mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, bytes.endIndex - place >= count else { throw Self.short }
        place += count
        return bytes[(place - count)..<place]
    }

    /// Bytes after their count in 32 bits.
    mutating func block() throws -> ArraySlice<UInt8> { try take(Int(try integer(UInt32.self))) }

    mutating func text() throws -> String {
        guard let text = String(validating: try block(), as: UTF8.self) else {
            throw MCAPError(.damaged, "a text that is not UTF-8")
        }
        return text
    }

    /// A map of numbers to numbers, after its size in bytes.
    mutating func map<Key: FixedWidthInteger>(of _: Key.Type) throws -> [(key: Key, value: UInt64)] {
        var inner = RecordCursor(try block())
        var entries: [(key: Key, value: UInt64)] = []
        entries.reserveCapacity(inner.rest.count / (Key.bitWidth / 8 + 8))
        while !inner.isAtEnd { entries.append((try inner.integer(Key.self), try inner.integer(UInt64.self))) }
        return entries
    }

    /// A map of texts, after its size in bytes.
    mutating func texts() throws -> [String: String] {
        var inner = RecordCursor(try block())
        var entries: [String: String] = [:]
        while !inner.isAtEnd {
            let key = try inner.text()
            entries[key] = try inner.text()
        }
        return entries
    }

    private static let short = MCAPError(.damaged, "a field that goes beyond the end of its record")
}
