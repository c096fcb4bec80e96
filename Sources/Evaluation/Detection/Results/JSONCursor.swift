internal import SystemSupport

/// Walks through the JSON of detections and says what is wrong for people.
///
/// Bytes are borrowed: a cursor must not outlive them.
struct JSONCursor: JSONReader {
    var scanner: JSONScanner
    private let bytes: UnsafeRawBufferPointer
    private let source: String
    /// Where in the document a flaw is, for people who look for no byte: `sample 'a', box 3`.
    var context: String?

    init(_ bytes: UnsafeRawBufferPointer, source: String) {
        scanner = JSONScanner(bytes, judgesEveryPair: true)
        self.bytes = bytes
        self.source = source
    }

    /// An error at the present place.
    func flaw(_ text: String) -> EvaluationError {
        let context = context.map { " (\($0))" } ?? ""
        return EvaluationError(.invalidPrediction, source: source, "byte \(scanner.place)\(context): \(text)")
    }

    /// Refuses a byte-order mark, which some Windows programs write before JSON, by its name.
    func refuseByteOrderMark() throws {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw flaw("the file starts with a UTF-8 byte-order mark (EF BB BF); save it as UTF-8 without one")
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw flaw("the file starts with a UTF-16 byte-order mark; save it as UTF-8 without one")
        }
    }

    /// Reads an array of so many numbers.
    mutating func numbers(_ count: Int, _ key: String, mayBeNaN: Bool = false) throws -> [Double] {
        var values: [Double] = []
        try array { cursor in
            guard values.count < count else { throw cursor.flaw("'\(key)' holds more than \(count) numbers") }
            if cursor.null() {
                let advice = mayBeNaN ? "; write NaN, as nuscenes-devkit reads it, where it is unknown" : ""
                throw cursor.flaw("'\(key)' holds null where a number was expected\(advice)")
            }
            values.append(try cursor.number(mayBeNaN: mayBeNaN))
        }
        guard values.count == count else { throw flaw("'\(key)' holds \(values.count) numbers instead of \(count)") }
        return values
    }

    /// Steps over `null` if it comes next.
    mutating func null() -> Bool { scanner.take(word: "null") }

    /// Reads a finite number, or on demand Python's `NaN`.
    mutating func number(mayBeNaN: Bool = false) throws -> Double {
        if mayBeNaN, scanner.take(word: "NaN") { return .nan }
        return try scan { scanner throws(JSONScanner.Flaw) in try scanner.number() }
    }

    /// Reads `true` or `false`.
    mutating func boolean() throws -> Bool {
        if scanner.take(word: "true") { return true }
        if scanner.take(word: "false") { return false }
        throw flaw("true or false was expected")
    }

    /// Steps over a value of any kind; of numbers and words, which may be Python's, only that they are words is judged.
    mutating func skipValue() throws {
        try scan { scanner throws(JSONScanner.Flaw) in try scanner.skipValue(anyWord: true) }
    }

    func failure(_ flaw: JSONScanner.Flaw) -> any Error { self.flaw(words(for: flaw)) }

    private func words(for flaw: JSONScanner.Flaw) -> String {
        switch flaw {
        case .missing(let character):
            scanner.isAtEnd ? "the file ends where '\(character)' was expected" : "'\(character)' was expected"
        case .noValue: scanner.isAtEnd ? "the file ends within a value" : "a value was expected"
        case .noNumber: "a number was expected"
        case .numberOutOfRange: "a number is out of range"
        case .tooDeep: "more than \(JSONScanner.mostLevels) brackets within one another"
        case .trailingText: "something follows the end of the object"
        case .openString: "the file ends within a string"
        case .controlCharacter: "a string holds a raw control character"
        case .notUTF8, .unknownEscape, .noHexadecimal, .halfSurrogatePair:
            "a string is not UTF-8 or holds an escape that JSON does not have"
        }
    }
}
