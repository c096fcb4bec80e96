internal import Foundation
internal import SystemSupport

/// Reads a JSON message member by member.
struct MessageJSON: JSONReader {
    var scanner: JSONScanner
    private let bytes: UnsafeRawBufferPointer

    /// Calls a closure with each key of the object that the bytes must be; the closure reads or skips its value.
    static func read(
        _ data: ArraySlice<UInt8>,
        _ member: (inout MessageJSON, _ key: String) throws(MCAPError) -> Void
    ) throws(MCAPError) {
        // The scanner borrows the bytes for as long as this call takes.
        let result: Result<Void, MCAPError> = data.withUnsafeBytes { buffer in
            do throws(MCAPError) {
                var json = MessageJSON(scanner: JSONScanner(buffer), bytes: buffer)
                try json.object(member)
                try json.finish()
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private init(scanner: JSONScanner, bytes: UnsafeRawBufferPointer) {
        self.scanner = scanner
        self.bytes = bytes
    }

    func failure(_ flaw: JSONScanner.Flaw) -> MCAPError {
        MCAPError(.unreadableMessage, "its JSON is wrong at byte \(scanner.place): \(flaw)")
    }

    mutating func skip() throws(MCAPError) {
        try scan { scanner throws(JSONScanner.Flaw) in try scanner.skipValue() }
    }

    mutating func number() throws(MCAPError) -> Double {
        try scan { scanner throws(JSONScanner.Flaw) in try scanner.number() }
    }

    /// A whole number of 32 bits, however it is written.
    mutating func size() throws(MCAPError) -> UInt32 {
        let value = try number()
        guard let size = UInt32(exactly: value) else {
            throw MCAPError(.unreadableMessage, "\(value) where a whole number of 32 bits belongs")
        }
        return size
    }

    mutating func numbers(limit: Int) throws(MCAPError) -> [Double] {
        var numbers: [Double] = []
        try array { json throws(MCAPError) in
            guard numbers.count < limit else {
                throw MCAPError(.unreadableMessage, "a list of more than \(limit) numbers")
            }
            numbers.append(try json.number())
        }
        return numbers
    }

    /// `{"sec": ..., "nsec": ...}`.
    mutating func time_ns() throws(MCAPError) -> Int64 {
        var (seconds, rest): (Int, Int) = (0, 0)
        try object { json, key throws(MCAPError) in
            switch key {
            case "sec": seconds = try json.scan { scanner throws(JSONScanner.Flaw) in try scanner.integer() }
            case "nsec": rest = try json.scan { scanner throws(JSONScanner.Flaw) in try scanner.integer() }
            default: try json.skip()
            }
        }
        return try MessageTime.nanoseconds(seconds: Int64(seconds), rest: Int64(rest))
    }

    /// Named parts of an object, 0 where one is left out.
    mutating func parts(_ names: [String]) throws(MCAPError) -> [Double] {
        var parts = [Double](repeating: 0, count: names.count)
        try object { json, key throws(MCAPError) in
            if let index = names.firstIndex(of: key) { parts[index] = try json.number() } else { try json.skip() }
        }
        return parts
    }

    /// Bytes in base64.
    mutating func base64() throws(MCAPError) -> ArraySlice<UInt8> {
        var again = scanner
        let range = try scan { scanner throws(JSONScanner.Flaw) in try scanner.skipString() }
        var text = Data(bytes[range])
        // JSON may write any character as an escape, and some write a slash so.
        if text.contains(UInt8(ascii: "\\")) {
            text = Data(try scan { _ throws(JSONScanner.Flaw) in try again.string() }.utf8)
        }
        guard let data = Data(base64Encoded: text) else {
            throw MCAPError(.unreadableMessage, "data that is not base64, before byte \(scanner.place)")
        }
        return Array(data)[...]
    }
}
