/// What a worker reports of a scene it finished.
public struct SceneResult: Sendable, Hashable {
    /// The scene file's name within the run's folder.
    public var fileName: String
    /// The file's size in bytes.
    public var byteCount: Int64
    /// How many samples the file holds.
    public var sampleCount: Int
    /// A digest of the file, hexadecimal.
    public var digest: String
    /// Metrics of this scene alone, opaque to the queue.
    public var metrics: [UInt8]?
    /// Time spent in the network, in seconds, over the samples computed under this lease.
    public var inferenceSeconds: Double
    /// Time from claim to report, in seconds.
    public var elapsedSeconds: Double
    /// How many of the samples were computed under this lease; the others were adopted from earlier files.
    public var computedSampleCount: Int

    /// Creates a result.
    public init(
        fileName: String,
        byteCount: Int64,
        sampleCount: Int,
        digest: String,
        metrics: [UInt8]? = nil,
        inferenceSeconds: Double = 0,
        elapsedSeconds: Double = 0,
        computedSampleCount: Int? = nil
    ) {
        self.fileName = fileName
        self.byteCount = byteCount
        self.sampleCount = sampleCount
        self.digest = digest
        self.metrics = metrics
        self.inferenceSeconds = inferenceSeconds
        self.elapsedSeconds = elapsedSeconds
        self.computedSampleCount = computedSampleCount ?? sampleCount
    }
}
