/// A strict parser for the JSON of a safetensors header, and for nothing else: no nesting beyond the format's, no
/// duplicate names, integers only.
struct SafetensorsHeaderParser {
    /// What the header says of a tensor, unchecked.
    struct Entry {
        let name: String
        let type: String
        let shape: [Int]
        let begin: Int
        let end: Int
    }

    /// Where and why parsing stopped.
    struct Failure: Error {
        let position: Int
        let what: String
    }

    private(set) var entries: [Entry] = []
    private(set) var metadata: [String: String] = [:]

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Parses the whole header.
    mutating func parse() throws(Failure) {
        guard bytes.first == UInt8(ascii: "{") else { throw failure("must begin with '{'") }
        var names: Set<String> = []
        try object { parser, name throws(Failure) in
            guard names.insert(name).inserted else { throw parser.failure("the name '\(name)' stands twice") }
            if name == "__metadata__" {
                try parser.parseMetadata()
            } else {
                parser.entries.append(try parser.parseEntry(name))
            }
        }
        // The format pads the header with spaces.
        skipSpaces()
        guard position == bytes.count else { throw failure("something follows the object") }
    }

    private mutating func parseMetadata() throws(Failure) {
        try object { parser, key throws(Failure) in
            let value = try parser.string()
            guard parser.metadata.updateValue(value, forKey: key) == nil else {
                throw parser.failure("the metadata key '\(key)' stands twice")
            }
        }
    }

    private mutating func parseEntry(_ name: String) throws(Failure) -> Entry {
        var type: String?
        var shape: [Int]?
        var offsets: [Int]?
        try object { parser, key throws(Failure) in
            switch key {
            case "dtype" where type == nil: type = try parser.string()
            case "shape" where shape == nil: shape = try parser.integers(atMost: ArraySize.mostAxes)
            case "data_offsets" where offsets == nil: offsets = try parser.integers(atMost: 2)
            default: throw parser.failure("unexpected key '\(key)' for tensor '\(name)'")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw failure("tensor '\(name)' needs dtype, shape and two data_offsets")
        }
        return Entry(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
    }

    private func failure(_ what: String) -> Failure {
        Failure(position: position, what: what)
    }

    private mutating func skipSpaces() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// An object; `member` reads each value.
    private mutating func object(
        _ member: (inout SafetensorsHeaderParser, String) throws(Failure) -> Void
    ) throws(Failure) {
        guard take("{") else { throw failure("expected '{'") }
        if take("}") { return }
        repeat {
            let key = try string()
            guard take(":") else { throw failure("expected ':'") }
            try member(&self, key)
        } while take(",")
        guard take("}") else { throw failure("expected ',' or '}'") }
    }

    private mutating func integers(atMost most: Int) throws(Failure) -> [Int] {
        guard take("[") else { throw failure("expected '['") }
        if take("]") { return [] }
        var values: [Int] = []
        repeat {
            guard values.count < most else { throw failure("more than \(most) numbers") }
            values.append(try integer())
        } while take(",")
        guard take("]") else { throw failure("expected ',' or ']'") }
        return values
    }

    private mutating func integer() throws(Failure) -> Int {
        skipSpaces()
        let start = position
        var value = 0
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowedToo) = tens.addingReportingOverflow(Int(bytes[position] - 0x30))
            guard !overflowed, !overflowedToo else { throw failure("a number is too large") }
            value = sum
            position += 1
        }
        guard position > start else { throw failure("expected a whole number") }
        return value
    }

    private mutating func string() throws(Failure) -> String {
        guard take("\"") else { throw failure("expected a string") }
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("a string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += Array(String(Character(try escape())).utf8)
            case 0..<0x20: throw failure("a control character in a string")
            default: text.append(byte)
            }
        }
        throw failure("a string does not end")
    }

    private mutating func escape() throws(Failure) -> Unicode.Scalar {
        guard position < bytes.count else { throw failure("a string does not end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try hexadecimal()
            if let scalar = Unicode.Scalar(first) { return scalar }
            // A surrogate: its partner must follow.
            guard (0xD800..<0xDC00).contains(first), position + 1 < bytes.count,
                bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
            else { throw failure("half a surrogate pair") }
            position += 2
            let second = try hexadecimal()
            guard (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            else { throw failure("half a surrogate pair") }
            return scalar
        default: throw failure("an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        guard bytes.count - position >= 4,
            bytes[position..<(position + 4)].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
        else { throw failure("expected four hexadecimal digits") }
        position += 4
        return value
    }
}
