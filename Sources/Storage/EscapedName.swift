/// Names of runs and scenes as parts of paths; rules in `docs/scene-file.md`, "Names".
enum EscapedName {
    /// Most bytes of an escaped name, so that name, lease and suffix fit the 255 bytes of a file name.
    static let maximumBytes = 180

    /// The form that stands in a path: one component, not hidden, one for each name.
    ///
    /// - Throws: `StorageError` (`unsafeName`) for an empty name, a NUL, or too many bytes.
    static func escape(_ name: String, of what: String) throws -> String {
        guard !name.isEmpty else {
            throw StorageError(.unsafeName, source: name, "the name of a \(what) must not be empty")
        }
        guard !name.utf8.contains(0) else {
            throw StorageError(.unsafeName, source: name, "the name of a \(what) must not hold a NUL")
        }
        var escaped: [UInt8] = []
        for (index, byte) in name.utf8.enumerated() {
            if isPlain(byte) && !(index == 0 && byte == UInt8(ascii: ".")) {
                escaped.append(byte)
            } else {
                escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
            guard escaped.count <= maximumBytes else {
                throw StorageError(
                    .unsafeName,
                    source: name,
                    "the name of a \(what) takes more than \(maximumBytes) bytes in a path; use a shorter one"
                )
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    /// The name of an escaped form; nil where `escape` does not give that form.
    static func unescape(_ escaped: String) -> String? {
        var name: [UInt8] = []
        var rest = Array(escaped.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                name.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digits.firstIndex),
                let low = rest.popFirst().flatMap(digits.firstIndex)
            else { return nil }
            name.append(UInt8(high << 4 | low))
        }
        guard let text = String(validating: name, as: UTF8.self), (try? escape(text, of: "file")) == escaped else {
            return nil
        }
        return text
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
