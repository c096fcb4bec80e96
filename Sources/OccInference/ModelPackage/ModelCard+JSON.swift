internal import Foundation
internal import SystemSupport

extension ModelCard {
    /// The largest card that is read, bytes.
    static let mostBytes = 256 << 10

    /// Reads the card in a file.
    ///
    /// - Throws: `ModelCardError` naming key and value of what does not belong there, `FileError`.
    public init(path: String) throws {
        let file = try MappedFile(path: path)
        guard file.count <= Self.mostBytes else {
            throw ModelCardError(
                source: path,
                detail: "it has \(file.count) bytes, a card has at most \(Self.mostBytes)"
            )
        }
        try self.init(json: file.withBytes { Array($0) }, source: path)
    }

    /// Reads a card.
    ///
    /// - Parameter source: the file's path, for errors.
    /// - Throws: `ModelCardError` naming key and value of what does not belong there.
    public init(json: [UInt8], source: String) throws {
        guard json.count <= Self.mostBytes else {
            throw ModelCardError(
                source: source,
                detail: "it has \(json.count) bytes, a card has at most \(Self.mostBytes)"
            )
        }
        try Self.checkGrammar(of: json, source)
        let tree: JSONTree
        do {
            tree = try JSONDecoder().decode(JSONTree.self, from: Data(json))
        } catch {
            throw ModelCardError(source: source, detail: "it is no JSON document that can be read (\(error))")
        }
        try self.init(tree, source: source)
    }

    /// The card as JSON for people and programs, with sorted keys.
    ///
    /// - Throws: where a number is not finite.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// The card as a part of a larger document.
    func tree() throws -> JSONTree { try JSONDecoder().decode(JSONTree.self, from: Data(json())) }

    /// Says in which line text stops being JSON.
    private static func checkGrammar(of json: [UInt8], _ source: String) throws {
        try json.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes, judgesEveryPair: true)
            do throws(JSONScanner.Flaw) {
                try scanner.skipValue()
                try scanner.finish()
            } catch {
                let line = bytes.prefix(scanner.place).count { $0 == UInt8(ascii: "\n") } + 1
                throw ModelCardError(source: source, detail: "line \(line) is not JSON: \(words(for: error))")
            }
        }
    }

    private static func words(for flaw: JSONScanner.Flaw) -> String {
        switch flaw {
        case .missing("\""): "a text in double quotes is expected"
        case .missing(let character) where character == "}" || character == "]": "',' or '\(character)' is expected"
        case .missing(let character): "'\(character)' is expected"
        case .noNumber, .noValue: "a value is expected"
        case .numberOutOfRange: "a number is too large"
        case .tooDeep: "it is nested too deep"
        case .trailingText: "something follows the card"
        case .openString: "a text does not end"
        case .controlCharacter: "a control character stands in a text; the end of a line is written \\n"
        case .notUTF8: "a text is not UTF-8"
        case .unknownEscape, .noHexadecimal, .halfSurrogatePair: "what follows a backslash is unknown"
        }
    }
}
