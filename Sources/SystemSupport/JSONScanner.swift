internal import Glibc

/// Walks through JSON text (RFC 8259) once, from front to back, in constant memory: nothing is built but what is asked for.
///
/// Callers say what they expect, and words for what is wrong are theirs. Bytes are borrowed: a scanner must not outlive them.
public struct JSONScanner {
    /// What is wrong at `place`.
    public enum Flaw: Error, Equatable, Sendable {
        /// Another byte than this.
        case missing(Unicode.Scalar)
        case noValue, noNumber, numberOutOfRange, tooDeep, trailingText
        case openString, controlCharacter, notUTF8, unknownEscape, noHexadecimal, halfSurrogatePair
    }

    /// Deepest nesting of arrays and objects in a value that is stepped over.
    public static let mostLevels = 64
    /// The longest number that is read, bytes.
    private static let longestNumber = 400

    private let bytes: UnsafeRawBufferPointer
    private let judgesEveryPair: Bool
    /// The offset of what comes next, and of a flaw.
    public private(set) var place = 0

    /// Makes a scanner at the start of a text.
    ///
    /// - Parameter judgesEveryPair: whether half a surrogate pair is a flaw in strings that are stepped over, too.
    public init(_ bytes: UnsafeRawBufferPointer, judgesEveryPair: Bool = false) {
        self.bytes = bytes
        self.judgesEveryPair = judgesEveryPair
    }

    /// Whether no byte is left.
    public var isAtEnd: Bool { place == bytes.count }

    /// The next byte that is no white space.
    public mutating func next() -> UInt8? {
        while !isAtEnd {
            switch bytes[place] {
            case 0x20, 0x09, 0x0A, 0x0D: place += 1
            default: return bytes[place]
            }
        }
        return nil
    }

    /// Steps over a character if it comes next.
    public mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next() == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    /// Steps over a character that must come next.
    public mutating func expect(_ character: Unicode.Scalar) throws(Flaw) {
        guard take(character) else { throw .missing(character) }
    }

    /// Steps over an opening bracket, and over the closing one where nothing is between them; says whether something is.
    public mutating func open(_ bracket: Unicode.Scalar) throws(Flaw) -> Bool {
        try expect(bracket)
        return !take(bracket == "{" ? "}" : "]")
    }

    /// Steps over what follows a value in brackets; says whether it is a comma and not the closing bracket.
    public mutating func goesOn(in bracket: Unicode.Scalar) throws(Flaw) -> Bool {
        if take(",") { return true }
        try expect(bracket == "{" ? "}" : "]")
        return false
    }

    /// Judges that nothing but white space is left.
    public mutating func finish() throws(Flaw) {
        guard next() == nil else { throw .trailingText }
    }

    /// Steps over a word, such as `null`, if it comes next.
    public mutating func take(word: StaticString) -> Bool {
        let range = nextWord()
        guard isSame(range, word) else { return false }
        place = range.upperBound
        return true
    }

    /// Reads a finite number.
    public mutating func number() throws(Flaw) -> Double {
        let range = nextWord()
        guard range.count <= Self.longestNumber, isNumber(range) else { throw .noNumber }
        guard let value = Double(String(decoding: bytes[range], as: UTF8.self)), value.isFinite else {
            throw .numberOutOfRange
        }
        place = range.upperBound
        return value
    }

    /// Reads a whole number that has digits only.
    public mutating func integer() throws(Flaw) -> Int {
        let range = nextWord()
        guard !range.isEmpty, bytes[range].allSatisfy(Self.isDigit) else { throw .noNumber }
        guard let value = Int(String(decoding: bytes[range], as: UTF8.self)) else { throw .numberOutOfRange }
        place = range.upperBound
        return value
    }

    /// Reads a string.
    public mutating func string() throws(Flaw) -> String {
        let range = try skipStringOfAnyPairs()
        guard let text = text(in: range) else {
            place = range.lowerBound
            throw .halfSurrogatePair
        }
        return text
    }

    /// Reads the key of a member and steps over its colon.
    public mutating func key() throws(Flaw) -> String {
        let key = try string()
        try expect(":")
        return key
    }

    /// Steps over the key of a member and its colon; says where the key is, without its quotes.
    public mutating func skipKey() throws(Flaw) -> Range<Int> {
        let range = try skipString()
        try expect(":")
        return range
    }

    /// Whether a string that was stepped over is this text.
    public func equals(_ range: Range<Int>, _ text: StaticString) -> Bool {
        isSame(range, text) || (hasEscapes(range) && self.text(in: range) == "\(text)")
    }

    private func isSame(_ range: Range<Int>, _ word: StaticString) -> Bool {
        range.count == word.utf8CodeUnitCount
            && (range.isEmpty || memcmp(bytes.baseAddress! + range.lowerBound, word.utf8Start, range.count) == 0)
    }

    private func hasEscapes(_ range: Range<Int>) -> Bool {
        !range.isEmpty && memchr(bytes.baseAddress! + range.lowerBound, 0x5C, range.count) != nil
    }

    /// Steps over a string and judges its bytes; says where it is, without its quotes.
    public mutating func skipString() throws(Flaw) -> Range<Int> {
        let range = try skipStringOfAnyPairs()
        guard !judgesEveryPair || !hasEscapes(range) || text(in: range) != nil else {
            place = range.lowerBound
            throw .halfSurrogatePair
        }
        return range
    }

    private mutating func skipStringOfAnyPairs() throws(Flaw) -> Range<Int> {
        try expect("\"")
        let start = place
        var all: UInt8 = 0
        while !isAtEnd {
            let byte = bytes[place]
            all |= byte
            switch byte {
            case UInt8(ascii: "\""):
                let range = start..<place
                guard all < 0x80 || String(validating: bytes[range], as: UTF8.self) != nil else {
                    place = start
                    throw .notUTF8
                }
                place += 1
                return range
            case UInt8(ascii: "\\"): try skipEscape()
            case 0..<0x20: throw .controlCharacter
            default: place += 1
            }
        }
        throw .openString
    }

    private mutating func skipEscape() throws(Flaw) {
        place += 1
        guard !isAtEnd else { throw .openString }
        guard "\"\\/bfnrtu".utf8.contains(bytes[place]) else { throw .unknownEscape }
        place += 1
        guard bytes[place - 1] == UInt8(ascii: "u") else { return }
        for _ in 0..<4 {
            guard !isAtEnd else { throw .openString }
            guard Character(Unicode.Scalar(bytes[place])).isHexDigit else { throw .noHexadecimal }
            place += 1
        }
    }

    /// The text of a string that was stepped over; nil where a surrogate stands alone.
    private func text(in range: Range<Int>) -> String? {
        guard hasEscapes(range) else { return String(decoding: bytes[range], as: UTF8.self) }
        var text: [UInt8] = []
        var rest = bytes[range]
        func unit(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt32 {
            UInt32(String(decoding: digits.prefix(4), as: UTF8.self), radix: 16) ?? 0
        }
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
                text.append(byte)
                continue
            }
            switch letter {
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                var value = unit(rest)
                rest = rest.dropFirst(4)
                if (0xD800..<0xDC00).contains(value), rest.starts(with: "\\u".utf8) {
                    let low = unit(rest.dropFirst(2))
                    guard (0xDC00..<0xE000).contains(low) else { return nil }
                    value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
                    rest = rest.dropFirst(6)
                }
                guard let scalar = Unicode.Scalar(value) else { return nil }
                text += Array(String(scalar).utf8)
            default: text.append(letter)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Steps over a value of any kind.
    ///
    /// - Parameter anyWord: lets any word stand where a number, true, false or null belongs, such as Python's `NaN`.
    public mutating func skipValue(anyWord: Bool = false) throws(Flaw) {
        var levels = 0
        // A bit for each open level, the innermost lowest: 1 for an object, 0 for an array.
        var objects: UInt64 = 0
        repeat {
            switch next() {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard levels < Self.mostLevels else { throw .tooDeep }
                let isObject = bytes[place] == UInt8(ascii: "{")
                if try open(isObject ? "{" : "[") {
                    levels += 1
                    objects = objects << 1 | (isObject ? 1 : 0)
                    if isObject { _ = try skipKey() }
                    continue
                }
            case UInt8(ascii: "\""): _ = try skipString()
            default:
                let range = nextWord()
                guard !range.isEmpty, anyWord || isValue(range) else { throw .noValue }
                place = range.upperBound
            }
            // The levels that the value closes, up to one that goes on.
            while levels > 0 {
                let isObject = objects & 1 == 1
                if try goesOn(in: isObject ? "{" : "[") {
                    if isObject { _ = try skipKey() }
                    break
                }
                levels -= 1
                objects >>= 1
            }
        } while levels > 0
    }

    /// The letters, digits, signs and points that come next.
    private mutating func nextWord() -> Range<Int> {
        _ = next()
        var end = place
        while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
        return place..<end
    }

    private func isValue(_ range: Range<Int>) -> Bool {
        isNumber(range) || isSame(range, "true") || isSame(range, "false") || isSame(range, "null")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// JSON's grammar of numbers, which is narrower than Swift's.
    private func isNumber(_ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        func take(_ one: Unicode.Scalar, _ other: Unicode.Scalar) -> Bool {
            guard index < range.upperBound, bytes[index] == UInt8(ascii: one) || bytes[index] == UInt8(ascii: other)
            else { return false }
            index += 1
            return true
        }
        func digits() -> Bool {
            let start = index
            while index < range.upperBound, Self.isDigit(bytes[index]) { index += 1 }
            return index > start
        }
        _ = take("-", "-")
        guard take("0", "0") || digits() else { return false }
        if take(".", "."), !digits() { return false }
        if take("e", "E") {
            _ = take("+", "-")
            guard digits() else { return false }
        }
        return index == range.upperBound
    }
}
