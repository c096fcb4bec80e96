internal import Foundation

/// Strings of JSON that hold escapes: rare in results files, so Foundation reads them.
enum JSONEscapes {
    /// The string between two quotes; nil where it is not JSON.
    static func resolve(_ text: UnsafeRawBufferPointer) -> String? {
        let quoted = Data([UInt8(ascii: "\"")] + Array(text) + [UInt8(ascii: "\"")])
        return try? JSONDecoder().decode(String.self, from: quoted)
    }
}
