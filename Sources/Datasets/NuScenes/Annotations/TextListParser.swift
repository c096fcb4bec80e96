internal import Foundation

/// Finds an array of strings in the text of a JSON object.
enum TextListParser {
    /// What was found.
    enum Result: Equatable {
        case list([String])
        /// The object does not have the key.
        case absent
        /// The object has the key more than once.
        case twice
        /// The value is no array of strings, or the text no object.
        case wrongType
        /// The text ends before the object does.
        case cutOff
    }

    private enum Failure: Error {
        case cutOff
        case broken
    }

    /// The strings under a key of the object that the text starts with; what follows the object is not looked at.
    static func list(of key: StaticString, in text: UnsafeRawBufferPointer) -> Result {
        var walk = Walk(text: text)
        do throws(Failure) { return try walk.list(of: key) } catch {
            return error == .cutOff ? .cutOff : .wrongType
        }
    }

    /// A place in the text.
    private struct Walk {
        let text: UnsafeRawBufferPointer
        var place = 0

        mutating func list(of key: StaticString) throws(Failure) -> Result {
            var found: [String]?
            try expect(UInt8(ascii: "{"))
            if try accept(UInt8(ascii: "}")) { return .absent }
            repeat {
                let name = try string()
                try expect(UInt8(ascii: ":"))
                if matches(name, key) {
                    if found != nil { return .twice }
                    found = try strings()
                } else {
                    try skipValue()
                }
            } while try accept(UInt8(ascii: ","))
            try expect(UInt8(ascii: "}"))
            return found.map(Result.list) ?? .absent
        }

        private mutating func strings() throws(Failure) -> [String] {
            try expect(UInt8(ascii: "["))
            var result: [String] = []
            if try accept(UInt8(ascii: "]")) { return result }
            repeat {
                guard let text = decoded(try string()) else { throw .broken }
                result.append(text)
            } while try accept(UInt8(ascii: ","))
            try expect(UInt8(ascii: "]"))
            return result
        }

        private func matches(_ name: Range<Int>, _ key: StaticString) -> Bool {
            let raw = text[name]
            if raw.contains(UInt8(ascii: "\\")) { return decoded(name) == "\(key)" }
            return raw.elementsEqual(UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        }

        private func decoded(_ range: Range<Int>) -> String? {
            let raw = text[range]
            guard raw.contains(UInt8(ascii: "\\")) else { return String(validating: raw, as: UTF8.self) }
            let quoted = Data([UInt8(ascii: "\"")] + Array(raw) + [UInt8(ascii: "\"")])
            return try? JSONDecoder().decode(String.self, from: quoted)
        }

        /// The place of a string's bytes, without its quotes.
        private mutating func string() throws(Failure) -> Range<Int> {
            try expect(UInt8(ascii: "\""))
            let start = place
            while place < text.count {
                switch text[place] {
                case UInt8(ascii: "\""):
                    place += 1
                    return start..<(place - 1)
                case UInt8(ascii: "\\"): place += 2
                default: place += 1
                }
            }
            throw .cutOff
        }

        private mutating func skipValue() throws(Failure) {
            var depth = 0
            while true {
                switch try next() {
                case UInt8(ascii: "\""): _ = try string()
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    place += 1
                    continue
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    guard depth >= 0 else { throw .broken }
                    place += 1
                case UInt8(ascii: ","), UInt8(ascii: ":"):
                    guard depth > 0 else { throw .broken }
                    place += 1
                    continue
                default: skipWord()
                }
                if depth == 0 { return }
            }
        }

        /// Steps over a number, true, false or null; the scan before judged what else may stand there.
        private mutating func skipWord() {
            while place < text.count {
                switch text[place] {
                case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "\""),
                    0x20,
                    0x0A, 0x0D, 0x09:
                    return
                default: place += 1
                }
            }
        }

        /// The next byte that is no white space, which is not consumed.
        private mutating func next() throws(Failure) -> UInt8 {
            while place < text.count {
                switch text[place] {
                case 0x20, 0x0A, 0x0D, 0x09: place += 1
                default: return text[place]
                }
            }
            throw .cutOff
        }

        private mutating func accept(_ byte: UInt8) throws(Failure) -> Bool {
            guard try next() == byte else { return false }
            place += 1
            return true
        }

        private mutating func expect(_ byte: UInt8) throws(Failure) {
            guard try accept(byte) else { throw .broken }
        }
    }
}
