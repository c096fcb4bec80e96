/// Bounds of the format (`docs/scene-file.md`), checked on write and on read before anything is allocated.
enum SceneFileLimits {
    static let version = 1
    static let headerJSONBytes = 65_536
    static let indexJSONBytes = 67_108_864
    static let samples = 1_000_000
    static let contentBytes = 268_435_456
    /// Most bytes that LZ4 needs for the largest content: LZ4F_compressFrameBound stays well below one part in 64 more.
    static let frameBytes = contentBytes + contentBytes / 64
    static let tokenBytes = 256

    /// Whether a token may stand in a file.
    static func isToken(_ token: String) -> Bool {
        (1...tokenBytes).contains(token.utf8.count) && token.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
    }
}
