/// Which run of which queue a run's folder belongs to, and all that another queue needs to take it over: the content of
/// `identity.json` (`docs/run-folder.md`).
public struct FolderIdentity: Codable, Equatable, Sendable {
    /// Version of the file's format.
    public static let currentFormatVersion = 1

    /// Version of the file's format, 1.
    public var formatVersion = FolderIdentity.currentFormatVersion
    /// Random identity of the queue.
    public var queue: String
    /// Where that queue was when this was written, for people; no secret.
    public var queuePlace: String
    /// Random identity of the run; it stays when another queue takes the folder over.
    public var run: String
    /// Name of the run.
    public var name: String
    /// The run's kind in the queue.
    public var kind: String
    /// Version of the run's settings and payloads.
    public var runFormatVersion: Int
    /// The run's settings, the JSON text that the queue keeps.
    public var settings: String
    /// The run's priority.
    public var priority: Int
    /// Errors after which a scene has failed for good.
    public var maximumAttempts: Int
    /// Whether scenes that were not whole in the dataset were left out.
    public var skipsMissing: Bool
    /// What the run predicts.
    public var predicts: SampleKind
    /// Name and version of the writer.
    public var software: String

    /// Makes an identity of the current format version.
    public init(
        queue: String,
        queuePlace: String,
        run: String,
        name: String,
        kind: String,
        runFormatVersion: Int,
        settings: String,
        priority: Int,
        maximumAttempts: Int,
        skipsMissing: Bool,
        predicts: SampleKind,
        software: String
    ) {
        self.queue = queue
        self.queuePlace = queuePlace
        self.run = run
        self.name = name
        self.kind = kind
        self.runFormatVersion = runFormatVersion
        self.settings = settings
        self.priority = priority
        self.maximumAttempts = maximumAttempts
        self.skipsMissing = skipsMissing
        self.predicts = predicts
        self.software = software
    }
}
