/// A word, a string or a mark of a Swift source; comments are left out.
struct Token: Equatable {
    enum Kind: Equatable { case word, string, mark }

    var kind: Kind
    var text: String
    /// How many braces stand open before it.
    var depth: Int

    static func all(of text: String) -> [Token] {
        var reader = TokenReader(bytes: Array(text.utf8))
        reader.read(until: nil)
        return reader.tokens
    }
}

/// Goes once through a source.
///
/// Code inside strings, `\(…)`, is code; the rest of a string is one token.
private struct TokenReader {
    let bytes: [UInt8]
    var tokens: [Token] = []
    var position = 0
    var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads to the end, or past the round bracket that closes what is open.
    mutating func read(until closing: UInt8?) {
        var open = 0
        while position < bytes.count {
            let byte = bytes[position]
            if starts(with: "//") {
                position = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            } else if starts(with: "/*") {
                skipRemark()
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#") && hashesBeforeQuote() != nil {
                readString(hashes: hashesBeforeQuote() ?? 0)
            } else if Self.isWord(byte) {
                let start = position
                while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
                add(.word, bytes[start..<position])
            } else {
                position += 1
                if byte == UInt8(ascii: "(") { open += 1 }
                if byte == closing {
                    if open == 0 { return }
                    open -= 1
                }
                guard byte > UInt8(ascii: " ") else { continue }
                if byte == UInt8(ascii: "}") { depth -= 1 }
                add(.mark, [byte])
                if byte == UInt8(ascii: "{") { depth += 1 }
            }
        }
    }

    private mutating func skipRemark() {
        var open = 0
        repeat {
            if starts(with: "/*") {
                (open, position) = (open + 1, position + 2)
            } else if starts(with: "*/") {
                (open, position) = (open - 1, position + 2)
            } else {
                position += 1
            }
        } while open > 0 && position < bytes.count
    }

    private mutating func readString(hashes: Int) {
        position += hashes
        let quotes = starts(with: "\"\"\"") ? 3 : 1
        position += quotes
        let end = String(repeating: "\"", count: quotes) + String(repeating: "#", count: hashes)
        let escape = "\\" + String(repeating: "#", count: hashes)
        var content: [UInt8] = []
        let place = tokens.count
        while position < bytes.count, !starts(with: end) {
            if starts(with: escape + "(") {
                position += escape.utf8.count + 1
                read(until: UInt8(ascii: ")"))
                content += Array("\\()".utf8)
            } else if starts(with: escape) {
                content += bytes[position..<min(position + escape.utf8.count + 1, bytes.count)]
                position += escape.utf8.count + 1
            } else {
                content.append(bytes[position])
                position += 1
            }
        }
        position += end.utf8.count
        tokens.insert(Token(kind: .string, text: String(decoding: content, as: UTF8.self), depth: depth), at: place)
    }

    private mutating func add(_ kind: Token.Kind, _ text: some Collection<UInt8>) {
        tokens.append(Token(kind: kind, text: String(decoding: text, as: UTF8.self), depth: depth))
    }

    private func starts(with text: String) -> Bool { bytes[min(position, bytes.count)...].starts(with: text.utf8) }

    private func hashesBeforeQuote() -> Int? {
        var place = position
        while place < bytes.count, bytes[place] == UInt8(ascii: "#") { place += 1 }
        return place < bytes.count && bytes[place] == UInt8(ascii: "\"") ? place - position : nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...:
            true
        default: false
        }
    }
}
