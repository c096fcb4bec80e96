internal import SystemSupport

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

    /// The strings under a key of the object that the text starts with; what follows the object is not looked at.
    static func list(of key: StaticString, in text: UnsafeRawBufferPointer) -> Result {
        var scanner = JSONScanner(text)
        do throws(JSONScanner.Flaw) { return try list(of: key, &scanner) } catch {
            return scanner.isAtEnd ? .cutOff : .wrongType
        }
    }

    private static func list(of key: StaticString, _ scanner: inout JSONScanner) throws(JSONScanner.Flaw) -> Result {
        var found: [String]?
        guard try scanner.open("{") else { return .absent }
        repeat {
            if scanner.equals(try scanner.skipKey(), key) {
                if found != nil { return .twice }
                found = try strings(&scanner)
            } else {
                try scanner.skipValue(anyWord: true)
            }
        } while try scanner.goesOn(in: "{")
        return found.map(Result.list) ?? .absent
    }

    private static func strings(_ scanner: inout JSONScanner) throws(JSONScanner.Flaw) -> [String] {
        var result: [String] = []
        guard try scanner.open("[") else { return result }
        repeat { result.append(try scanner.string()) } while try scanner.goesOn(in: "[")
        return result
    }
}
