/// How a worker fares, told with each heartbeat; for people, nothing is decided by it.
public struct WorkerReport: Sendable, Hashable {
    /// Why it claims nothing, or leaves something alone; empty if all is well.
    public var note: String
    /// Samples a second that it computes at present, by the id of their run.
    public var samplesPerSecond: [Int64: Double]
    /// Samples that it has computed and stored since it started.
    public var samplesComputed: Int
    /// Scenes that failed on it since it started.
    public var scenesFailed: Int
    /// Its writes that the database refused for good since it started.
    public var writesRefused: Int
    /// Free bytes where it last stored something; nil where it does not know.
    public var freeBytes: Int64?

    /// Creates a report.
    public init(
        note: String = "",
        samplesPerSecond: [Int64: Double] = [:],
        samplesComputed: Int = 0,
        scenesFailed: Int = 0,
        writesRefused: Int = 0,
        freeBytes: Int64? = nil
    ) {
        self.note = note
        self.samplesPerSecond = samplesPerSecond
        self.samplesComputed = samplesComputed
        self.scenesFailed = scenesFailed
        self.writesRefused = writesRefused
        self.freeBytes = freeBytes
    }
}
