internal import SystemSupport

/// Judges JSON text in constant memory, so that no text asks for more than itself.
enum JSONText {
    /// Whether bytes are one JSON array in UTF-8, with nothing but white space around it.
    static func isArray(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var scanner = JSONScanner(buffer)
            guard scanner.next() == UInt8(ascii: "[") else { return false }
            do throws(JSONScanner.Flaw) {
                try scanner.skipValue()
                try scanner.finish()
                return true
            } catch { return false }
        }
    }
}
