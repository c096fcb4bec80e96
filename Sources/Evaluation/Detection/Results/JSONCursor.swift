/// Walks through JSON text once, from front to back, and keeps nothing.
///
/// Not a general parser: callers say what they expect. Text between values they step over is judged by its brackets and
/// strings only. Bytes are borrowed: a cursor must not outlive them.
struct JSONCursor {
    private let bytes: UnsafeRawBufferPointer
    private let source: String
    private var place = 0
    /// Where in the document a flaw is, for people who look for no byte: `sample 'a', box 3`.
    var context: String?

    /// The longest number that is read, bytes.
    private static let numberLimit = 400

    init(_ bytes: UnsafeRawBufferPointer, source: String) {
        self.bytes = bytes
        self.source = source
    }

    /// An error at the present place.
    func flaw(_ text: String) -> EvaluationError {
        let context = context.map { " (\($0))" } ?? ""
        return EvaluationError(.invalidPrediction, source: source, "byte \(place)\(context): \(text)")
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

    /// Reads an object; `member` must read the value of each key.
    mutating func object(_ member: (inout JSONCursor, String) throws -> Void) throws {
        try expect("{")
        if accept("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try member(&self, key)
        } while accept(",")
        try expect("}")
    }

    /// Reads an array; `element` must read each value.
    mutating func array(_ element: (inout JSONCursor) throws -> Void) throws {
        try expect("[")
        if accept("]") { return }
        repeat { try element(&self) } while accept(",")
        try expect("]")
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
    mutating func null() -> Bool {
        skipSpace()
        return acceptWord("null")
    }

    /// Reads a finite number, or on demand Python's `NaN`.
    mutating func number(mayBeNaN: Bool = false) throws -> Double {
        skipSpace()
        if mayBeNaN, acceptWord("NaN") { return .nan }
        let start = place
        while place < bytes.count, Self.isNumeric(bytes[place]) { place += 1 }
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<place])
        guard (1...Self.numberLimit).contains(text.count), Self.isNumber(text) else {
            place = start
            throw flaw("a number was expected")
        }
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
            place = start
            throw flaw("a number is out of range")
        }
        return value
    }

    /// Reads `true` or `false`.
    mutating func boolean() throws -> Bool {
        skipSpace()
        if acceptWord("true") { return true }
        if acceptWord("false") { return false }
        throw flaw("true or false was expected")
    }

    /// Reads a string.
    mutating func string() throws -> String {
        try expect("\"")
        let start = place
        var isPlain = true
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            guard bytes[place] >= 0x20 else { throw flaw("a string holds a raw control character") }
            if bytes[place] == UInt8(ascii: "\\") {
                isPlain = false
                place += 1
            }
            place += 1
        }
        guard place < bytes.count else { throw flaw("the file ends within a string") }
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<place])
        place += 1
        guard let result = isPlain ? String(validating: text, as: UTF8.self) : JSONEscapes.resolve(text) else {
            place = start
            throw flaw("a string is not UTF-8 or holds an escape that JSON does not have")
        }
        return result
    }

    /// Steps over a value of any kind.
    mutating func skipValue() throws {
        var depth = 0
        repeat {
            skipSpace()
            guard place < bytes.count else { throw flaw("the file ends within a value") }
            switch bytes[place] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                place += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { throw flaw("a value was expected") }
                depth -= 1
                place += 1
            case UInt8(ascii: "\""): _ = try string()
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { throw flaw("a value was expected") }
                place += 1
            default:
                let start = place
                while place < bytes.count, Self.isWord(bytes[place]) { place += 1 }
                guard place > start else { throw flaw("a value was expected") }
            }
        } while depth > 0
    }

    /// Checks that nothing but space is left.
    mutating func finish() throws {
        skipSpace()
        guard place == bytes.count else { throw flaw("something follows the end of the object") }
    }

    private mutating func skipSpace() {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x0A, 0x0D, 0x09: place += 1
            default: return
            }
        }
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard accept(character) else {
            throw flaw(
                place == bytes.count ? "the file ends where '\(character)' was expected" : "'\(character)' was expected"
            )
        }
    }

    private mutating func acceptWord(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - place >= count else { return false }
        for index in 0..<count where bytes[place + index] != word.utf8Start[index] { return false }
        if place + count < bytes.count, Self.isWord(bytes[place + count]) { return false }
        place += count
        return true
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: isNumeric(byte)
        }
    }

    /// JSON's grammar of numbers, which is narrower than Swift's.
    private static func isNumber(_ text: UnsafeRawBufferPointer) -> Bool {
        var rest = text[...]
        func digits() -> Int {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let leadsWithZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, whole == 1 || !leadsWithZero else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let letter = rest.first, letter == UInt8(ascii: "e") || letter == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
