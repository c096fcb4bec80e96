/// What a person submits: one run, by a name that stays the same over every resume.
public struct RunSubmission: Sendable, Hashable {
    /// The run's unique name; also a folder's name, so 1...128 of `A-Z a-z 0-9 . _ -`, not beginning with a dot or dash.
    public var name: String
    /// Everything that decides what the predictions are (dataset, split, model digest, precision ...), as a JSON object.
    ///
    /// Two submissions belong to the same run only if these are equal as JSON.
    public var settings: String
    /// What kind of work this is, for example `predict`; a worker claims only kinds it understands.
    public var kind: String
    /// The version of payload and settings; a worker claims nothing newer than it understands.
    public var formatVersion: Int
    /// Higher runs first, in -1000...1000.
    public var priority: Int
    /// Reported errors after which a scene has failed for good, in 1...100.
    public var maximumAttempts: Int
    /// The identity that a new run gets, and that one of this name must have; nil for any.
    public var identity: String?

    /// Creates a submission; `JobQueue.submit` checks it.
    public init(
        name: String,
        settings: String,
        kind: String,
        formatVersion: Int,
        priority: Int = 0,
        maximumAttempts: Int = 3,
        identity: String? = nil
    ) {
        self.name = name
        self.settings = settings
        self.kind = kind
        self.formatVersion = formatVersion
        self.priority = priority
        self.maximumAttempts = maximumAttempts
        self.identity = identity
    }
}
