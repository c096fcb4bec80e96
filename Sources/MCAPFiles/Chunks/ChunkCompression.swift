/// How the records of a chunk are packed; the raw value is the format's name for it.
public enum ChunkCompression: String, CaseIterable, Sendable {
    /// Not at all.
    case none = ""
    /// An LZ4 frame.
    case lz4
    /// Zstandard.
    case zstd
}
