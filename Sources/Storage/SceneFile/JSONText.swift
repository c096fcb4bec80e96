/// Judges JSON text (RFC 8259) in one pass, in constant memory: nothing is built, so no text asks for more than itself.
struct JSONText {
    /// Deepest nesting of arrays and objects; predictions have three levels.
    static let mostLevels = 64

    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Whether bytes are one JSON array in UTF-8, with nothing but white space around it.
    static func isArray(_ bytes: [UInt8]) -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        return bytes.withUnsafeBytes { buffer in
            var text = JSONText(buffer)
            text.skipSpace()
            guard text.peek == UInt8(ascii: "[") else { return false }
            guard text.skipValue() else { return false }
            text.skipSpace()
            return text.place == buffer.count
        }
    }

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpace() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard peek == byte else { return false }
        place += 1
        return true
    }

    /// Steps over one value; `brackets` remembers which closing bracket each open level waits for.
    private mutating func skipValue() -> Bool {
        var brackets: [UInt8] = []
        while true {
            skipSpace()
            switch peek {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                let isObject = peek == UInt8(ascii: "{")
                place += 1
                guard brackets.count < Self.mostLevels else { return false }
                brackets.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
                if !take(brackets[brackets.count - 1]) {
                    if isObject && !skipKey() { return false }
                    continue
                }
                brackets.removeLast()
            case UInt8(ascii: "\""): guard skipString() else { return false }
            case UInt8(ascii: "t"): guard skipWord("true") else { return false }
            case UInt8(ascii: "f"): guard skipWord("false") else { return false }
            case UInt8(ascii: "n"): guard skipWord("null") else { return false }
            default: guard skipNumber() else { return false }
            }
            // After a value: the levels it closes, then the next value of the level that stays open.
            while let closing = brackets.last {
                if take(UInt8(ascii: ",")) {
                    if closing == UInt8(ascii: "}") && !skipKey() { return false }
                    break
                }
                guard take(closing) else { return false }
                brackets.removeLast()
            }
            if brackets.isEmpty { return true }
        }
    }

    private mutating func skipKey() -> Bool {
        skipSpace()
        return skipString() && take(UInt8(ascii: ":"))
    }

    private mutating func skipString() -> Bool {
        guard peek == UInt8(ascii: "\"") else { return false }
        place += 1
        while let byte = peek {
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case 0..<0x20: return false
            case UInt8(ascii: "\\"):
                guard let escaped = peek else { return false }
                place += 1
                switch escaped {
                case UInt8(ascii: "u"):
                    guard bytes.count - place >= 4, bytes[place..<(place + 4)].allSatisfy(Self.isHexadecimal) else {
                        return false
                    }
                    place += 4
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                    UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                    break
                default: return false
                }
            default: break
            }
        }
        return false
    }

    private mutating func skipWord(_ word: StaticString) -> Bool {
        let wanted = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes.count - place >= wanted.count,
            bytes[place..<(place + wanted.count)].elementsEqual(wanted)
        else { return false }
        place += wanted.count
        return true
    }

    private mutating func skipNumber() -> Bool {
        if peek == UInt8(ascii: "-") { place += 1 }
        let leadsWithZero = peek == UInt8(ascii: "0")
        let whole = skipDigits()
        guard whole > 0, whole == 1 || !leadsWithZero else { return false }
        if peek == UInt8(ascii: ".") {
            place += 1
            guard skipDigits() > 0 else { return false }
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            place += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { place += 1 }
            guard skipDigits() > 0 else { return false }
        }
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = place
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
        return place - start
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
