/// Reads a protobuf message field by field (https://protobuf.dev/programming-guides/encoding), and judges their wire types.
struct ProtobufReader {
    /// One field as it stands on the wire.
    struct Field {
        enum Value {
            case varint(UInt64)
            case fixed64(UInt64)
            case bytes(ArraySlice<UInt8>)
            case fixed32(UInt32)
        }

        let number: UInt64
        let value: Value

        func text() throws -> String {
            guard let text = String(validating: try bytes(), as: UTF8.self) else { throw flaw("is not UTF-8") }
            return text
        }

        func bytes() throws -> ArraySlice<UInt8> {
            guard case .bytes(let bytes) = value else { throw flaw("is no text, bytes or message") }
            return bytes
        }

        func double() throws -> Double {
            guard case .fixed64(let bits) = value else { throw flaw("is no double") }
            return Double(bitPattern: bits)
        }

        func fixed32() throws -> UInt32 {
            guard case .fixed32(let bits) = value else { throw flaw("is no fixed32") }
            return bits
        }

        func varint() throws -> UInt64 {
            guard case .varint(let value) = value else { throw flaw("is no varint") }
            return value
        }

        /// Appends the numbers of a repeated field, which may come packed or one by one.
        func append(to numbers: inout [Double], limit: Int) throws {
            if case .bytes(let bytes) = value {
                guard bytes.count % 8 == 0 else { throw flaw("holds \(bytes.count) bytes of doubles") }
                guard bytes.count / 8 <= limit - numbers.count else { throw flaw("has more than \(limit) numbers") }
                var cursor = RecordCursor(bytes)
                while !cursor.isAtEnd { numbers.append(Double(bitPattern: try cursor.integer(UInt64.self))) }
            } else {
                guard numbers.count < limit else { throw flaw("has more than \(limit) numbers") }
                numbers.append(try double())
            }
        }

        private func flaw(_ what: String) -> MCAPError { MCAPError(.unreadableMessage, "field \(number) \(what)") }
    }

    private let bytes: ArraySlice<UInt8>
    private var place: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    /// The next field; nil at the end.
    mutating func next() throws -> Field? {
        guard place < bytes.endIndex else { return nil }
        let key = try varint()
        guard key >> 3 != 0 else { throw Self.flaw("a field of number 0") }
        let value: Field.Value
        switch key & 7 {
        case 0: value = .varint(try varint())
        case 1:
            var cursor = RecordCursor(try take(8))
            value = .fixed64(try cursor.integer(UInt64.self))
        case 2:
            let count = try varint()
            guard let count = Int(exactly: count) else { throw Self.short }
            value = .bytes(try take(count))
        case 5:
            var cursor = RecordCursor(try take(4))
            value = .fixed32(try cursor.integer(UInt32.self))
        default: throw Self.flaw("field \(key >> 3) has the wire type \(key & 7), which no field of these messages has")
        }
        return Field(number: key >> 3, value: value)
    }

    /// Calls a closure with every field.
    static func read(_ bytes: ArraySlice<UInt8>, _ take: (Field) throws -> Void) throws {
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() { try take(field) }
    }

    private mutating func varint() throws -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<10 {
            guard place < bytes.endIndex else { throw Self.short }
            let byte = bytes[place]
            place += 1
            guard index < 9 || byte <= 1 else { break }
            value |= UInt64(byte & 0x7F) << (UInt64(index) * 7)
            if byte < 0x80 { return value }
        }
        throw Self.flaw("a number of more than 64 bits")
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, bytes.endIndex - place >= count else { throw Self.short }
        place += count
        return bytes[(place - count)..<place]
    }

    private static let short = flaw("it ends inside a field")

    private static func flaw(_ what: String) -> MCAPError { MCAPError(.unreadableMessage, what) }
}
