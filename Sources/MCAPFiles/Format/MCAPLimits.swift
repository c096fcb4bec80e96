/// What is judged before memory is asked for.
public struct MCAPLimits: Hashable, Sendable {
    /// The largest chunk, packed and unpacked, bytes.
    public var chunkBytes: Int
    /// The largest record outside of chunks that is read, bytes.
    public var recordBytes: Int
    /// All schemas and channels together, bytes.
    public var definitionBytes: Int
    /// The largest summary, bytes.
    public var summaryBytes: Int

    /// Makes limits.
    public init(
        chunkBytes: Int = 256 << 20,
        recordBytes: Int = 256 << 20,
        definitionBytes: Int = 64 << 20,
        summaryBytes: Int = 512 << 20
    ) {
        self.chunkBytes = chunkBytes
        self.recordBytes = recordBytes
        self.definitionBytes = definitionBytes
        self.summaryBytes = summaryBytes
    }
}
