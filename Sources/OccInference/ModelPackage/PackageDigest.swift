internal import SystemSupport

/// The two digests of a package.
enum PackageDigest {
    /// SHA-256 of the first half of the preamble and of everything after the preamble, up to `end`.
    static func hex(of file: UnsafeRawBufferPointer, upTo end: Int) -> String {
        let digest = SHA256()
        digest.update(UnsafeRawBufferPointer(rebasing: file[..<PackageFormat.digestedPreambleBytes]))
        digest.update(UnsafeRawBufferPointer(rebasing: file[PackageFormat.preambleBytes..<end]))
        return digest.finishHex()
    }

    /// The same as 32 bytes.
    static func bytes(of file: [UInt8], upTo end: Int) -> [UInt8] {
        let text = Array(file.withUnsafeBytes { hex(of: $0, upTo: end) }.utf8)
        return stride(from: 0, to: text.count, by: 2).map { nibble(text[$0]) << 4 | nibble(text[$0 + 1]) }
    }

    private static func nibble(_ digit: UInt8) -> UInt8 {
        digit >= UInt8(ascii: "a") ? digit - UInt8(ascii: "a") + 10 : digit - UInt8(ascii: "0")
    }
}
