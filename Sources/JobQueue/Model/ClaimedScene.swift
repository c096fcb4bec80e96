/// One scene under a lease, with everything its worker needs.
public struct ClaimedScene: Sendable, Hashable {
    /// The scene's id.
    public var sceneID: Int64
    /// The lease; each claim of the scene gets the next number.
    public var lease: Int64
    /// The run's id.
    public var runID: Int64
    /// The run's name.
    public var runName: String
    /// The run's settings, the JSON text that was submitted.
    public var runSettings: String
    /// The run's kind.
    public var kind: String
    /// The version of payload and settings.
    public var formatVersion: Int
    /// The scene's name.
    public var sceneName: String
    /// How many samples the scene has.
    public var sampleCount: Int
    /// What was submitted for the scene.
    public var payload: [UInt8]
    /// 1 for the first attempt, then one more for every reported error or crash so far; a release does not count.
    public var attempt: Int
    /// Earlier leases whose files may hold whole samples to adopt, newest first; at most 32.
    public var earlierLeases: [Int64]
    /// The run and the queue that the scene was claimed from; nil where that was not asked for.
    public var owner: RunOwner?

    /// Creates a claimed scene.
    public init(
        sceneID: Int64,
        lease: Int64,
        runID: Int64,
        runName: String,
        runSettings: String,
        kind: String,
        formatVersion: Int,
        sceneName: String,
        sampleCount: Int,
        payload: [UInt8],
        attempt: Int,
        earlierLeases: [Int64],
        owner: RunOwner? = nil
    ) {
        self.sceneID = sceneID
        self.lease = lease
        self.runID = runID
        self.runName = runName
        self.runSettings = runSettings
        self.kind = kind
        self.formatVersion = formatVersion
        self.sceneName = sceneName
        self.sampleCount = sampleCount
        self.payload = payload
        self.attempt = attempt
        self.earlierLeases = earlierLeases
        self.owner = owner
    }

    /// What reports about this claim must name.
    public var sceneLease: SceneLease { SceneLease(sceneID: sceneID, lease: lease) }
}
