internal import SystemSupport

/// Makes the 32-digit tokens of the tables: the head of SHA-256 over the seed and what the row stands for.
struct TokenMaker: Sendable {
    let seed: UInt64

    /// The token of a row, such as `token("sample", "scene-9001", "3")`.
    func token(_ parts: String...) -> String {
        let digest = SHA256.hex(Array("synthetic-world/\(seed)/\(parts.joined(separator: "/"))".utf8))
        return String(digest.prefix(32))
    }
}
