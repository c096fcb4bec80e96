public import struct Foundation.Date

/// One scene of a run as people look at it.
public struct SceneLook: Sendable, Hashable {
    /// The scene's id.
    public var sceneID: Int64
    /// The scene's name.
    public var name: String
    /// Where it stands.
    public var state: SceneState
    /// Its newest lease; 0 where it was never claimed.
    public var lease: Int64
    /// Errors that workers reported, those that were forgiven left out.
    public var errors: Int
    /// Workers that vanished over it, those that were forgiven left out.
    public var crashes: Int
    /// Samples it has.
    public var samples: Int
    /// Samples that are finished.
    public var samplesDone: Int
    /// The host that works on it; nil where none does.
    public var host: String?
    /// Seconds since its lease began; nil where nobody works on it.
    public var workedSeconds: Double?

    /// Creates a look.
    public init(
        sceneID: Int64,
        name: String,
        state: SceneState,
        lease: Int64 = 0,
        errors: Int = 0,
        crashes: Int = 0,
        samples: Int,
        samplesDone: Int = 0,
        host: String? = nil,
        workedSeconds: Double? = nil
    ) {
        self.sceneID = sceneID
        self.name = name
        self.state = state
        self.lease = lease
        self.errors = errors
        self.crashes = crashes
        self.samples = samples
        self.samplesDone = samplesDone
        self.host = host
        self.workedSeconds = workedSeconds
    }
}

/// One lease of a scene and what became of it.
public struct SceneAttempt: Sendable, Hashable {
    /// The lease.
    public var lease: Int64
    /// The worker's host.
    public var host: String
    /// When it was claimed, by the database's clock.
    public var startedAt: Date
    /// When it ended; nil where it goes on.
    public var endedAt: Date?
    /// `done`, `error`, `crash`, `released` or `cancelled`; nil where it goes on.
    public var outcome: String?
    /// What was said of it; empty for nothing.
    public var message: String
    /// Samples that were finished when it ended.
    public var samplesDone: Int

    /// Creates an attempt.
    public init(
        lease: Int64,
        host: String,
        startedAt: Date,
        endedAt: Date?,
        outcome: String?,
        message: String,
        samplesDone: Int
    ) {
        self.lease = lease
        self.host = host
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.message = message
        self.samplesDone = samplesDone
    }
}

/// How long an accepted scene took.
public struct SceneDuration: Sendable, Hashable {
    /// The scene's name.
    public var name: String
    /// The host of the worker that did it.
    public var host: String
    /// Seconds from pictures to predictions, a sample.
    public var secondsPerSample: Double

    /// Creates a duration.
    public init(name: String, host: String, secondsPerSample: Double) {
        self.name = name
        self.host = host
        self.secondsPerSample = secondsPerSample
    }
}
