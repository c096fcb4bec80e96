/// One scene of a submission.
public struct SceneSubmission: Sendable, Hashable {
    /// The scene's name, unique in its run; part of a file's name, so 1...128 of `A-Z a-z 0-9 . _ -`.
    public var name: String
    /// Higher is claimed first within the run.
    public var priority: Int
    /// How many samples (keyframes) the scene has.
    public var sampleCount: Int
    /// What a worker needs to know of the scene; opaque to the queue, at most `JobQueue.maximumPayloadBytes` bytes.
    public var payload: [UInt8]

    /// Creates a scene; `JobQueue.submit` checks it.
    public init(name: String, priority: Int = 0, sampleCount: Int, payload: [UInt8]) {
        self.name = name
        self.priority = priority
        self.sampleCount = sampleCount
        self.payload = payload
    }
}
