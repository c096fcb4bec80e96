/// What predictions of a run take: sums over some of its accepted results.
public struct StoredSize: Sendable, Hashable {
    /// The run's kind: equal ones have the same network, precision and pictures.
    public var kind: String
    /// Samples.
    public var samples: Int
    /// Bytes of their scene files.
    public var byteCount: Int

    /// Makes a sum.
    public init(kind: String, samples: Int, byteCount: Int) {
        self.kind = kind
        self.samples = samples
        self.byteCount = byteCount
    }
}
