internal import SystemSupport

/// A strict parser for the JSON of a safetensors header, and for nothing else: no nesting beyond the format's, no
/// duplicate names, integers only.
struct SafetensorsHeaderParser: JSONReader {
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

    var scanner: JSONScanner

    /// Parses a whole header.
    init(parsing header: UnsafeRawBufferPointer) throws(Failure) {
        scanner = JSONScanner(header)
        guard header.first == UInt8(ascii: "{") else { throw failure("must begin with '{'") }
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
        try finish()
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

    private func failure(_ what: String) -> Failure { Failure(position: scanner.place, what: what) }

    private mutating func integers(atMost most: Int) throws(Failure) -> [Int] {
        var values: [Int] = []
        try array { parser throws(Failure) in
            guard values.count < most else { throw parser.failure("more than \(most) numbers") }
            values.append(try parser.scan { scanner throws(JSONScanner.Flaw) in try scanner.integer() })
        }
        return values
    }

    func failure(_ flaw: JSONScanner.Flaw) -> Failure { failure(Self.words(for: flaw)) }

    private static func words(for flaw: JSONScanner.Flaw) -> String {
        switch flaw {
        case .missing("\""): "expected a string"
        case .missing(let character) where character == "}" || character == "]": "expected ',' or '\(character)'"
        case .missing(let character): "expected '\(character)'"
        case .noNumber, .noValue, .tooDeep: "expected a whole number"
        case .numberOutOfRange: "a number is too large"
        case .trailingText: "something follows the object"
        case .openString: "a string does not end"
        case .controlCharacter: "a control character in a string"
        case .notUTF8: "a string is not UTF-8"
        case .unknownEscape: "an unknown escape"
        case .noHexadecimal: "expected four hexadecimal digits"
        case .halfSurrogatePair: "half a surrogate pair"
        }
    }
}
