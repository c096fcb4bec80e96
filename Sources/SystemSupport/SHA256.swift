internal import CCrypto

/// SHA-256 digests (FIPS 180-4), computed by libcrypto.
public struct SHA256 {
    private final class Context {
        let raw: OpaquePointer
        init() {
            // Fails only when memory is exhausted, where nothing useful can follow.
            raw = EVP_MD_CTX_new()!
            EVP_DigestInit_ex(raw, EVP_sha256(), nil)
        }
        deinit { EVP_MD_CTX_free(raw) }
    }

    private let context = Context()

    /// Starts an empty digest.
    public init() {}

    /// Adds bytes.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context.raw, bytes.baseAddress, bytes.count)
    }

    /// Adds the UTF-8 bytes of a text.
    public func update(_ text: String) {
        Array(text.utf8).withUnsafeBytes { update($0) }
    }

    /// The digest of all that was added, 64 lower-case hexadecimal digits; call it once, last.
    public func finishHex() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context.raw, &digest, nil)
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The digest of bytes in memory.
    public static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
        let digest = SHA256()
        digest.update(bytes)
        return digest.finishHex()
    }

    /// The digest of an array.
    public static func hex(_ bytes: [UInt8]) -> String {
        bytes.withUnsafeBytes { hex($0) }
    }

    /// The digest of a file's content.
    ///
    /// - Throws: `FileError` when it cannot be read.
    public static func hex(ofFile path: String) throws -> String {
        let file = try MappedFile(path: path)
        file.advise(.sequential)
        return file.withBytes { hex($0) }
    }
}
