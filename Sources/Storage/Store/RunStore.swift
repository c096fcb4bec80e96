/// Where the scene files and documents of one run lie.
///
/// A store gives out what a run needs and no more, so that a folder, memory or an object store can be one: files are written once,
/// part after part, become finished in one step, and are read in ranges. Names of things are `SceneFileKey`s and `RunDocument`s;
/// nobody outside a store puts a path together. Everything else (`readManifest`, `verify`, `garbage`, identities, adoption) is said
/// in terms of these calls. Every conformer passes the suite in `Tests/StorageTests/RunStoreSuite.swift`.
///
/// Calls throw `FileError` for what the system refuses, and `StorageError` (`unsafeName`) for names that cannot be stored.
public protocol RunStore: Sendable {
    /// Name of the run.
    var run: String { get }
    /// Where it is, for people: a path.
    var place: String { get }
    /// The output that it is a run of, as it was given.
    var output: String { get }

    /// Whether there is anything of the run, be it an empty folder.
    func isPresent() throws -> Bool

    /// Makes room for the run, durably; what is there stays.
    func create() throws

    /// Begins the file of a lease; it is unfinished, and listed as such, until it is published.
    ///
    /// - Throws: `StorageError` (`alreadyExists`) where the lease has a file already.
    func begin(scene: String, lease: Int64) throws -> any SceneSpool

    /// All scene files of the run, finished and unfinished, by scene, lease and state.
    func sceneFiles() throws -> [SceneFileListing]

    /// The scene files of one scene, as `sceneFiles` lists them, without a look at those of others.
    func sceneFiles(of scene: String) throws -> [SceneFileListing]

    /// Whether anything was predicted: a scene file of any kind, or a manifest.
    func hasResults() throws -> Bool

    /// The size of a file in bytes; nil where it is not there.
    func byteCount(of key: SceneFileKey) throws -> Int?

    /// Opens a file, finished or not.
    func open(_ key: SceneFileKey) throws -> any ReadableFile

    /// Removes a file.
    func remove(_ key: SceneFileKey) throws

    /// Where a file is or would be, for people.
    func place(of key: SceneFileKey) -> String

    /// Moves a finished file out of the way, durably, so that nobody adopts from it or takes it for a good one.
    ///
    /// - Returns: where it is now, for people; nil where there is no such file.
    func setAside(_ key: SceneFileKey) throws -> String?

    /// The highest lease of each scene of which a file was set aside; no later claim may use one up to it.
    func leasesSetAside() throws -> [String: Int64]

    /// Things among the run's that this program did not put there, for people.
    func strangers() throws -> [String]

    /// Where a document is or would be, for people.
    func place(of document: RunDocument) -> String

    /// A document's bytes; nil where there is none.
    ///
    /// - Throws: `StorageError` (`invalidManifest`) where it is larger than such a document may be.
    func read(_ document: RunDocument) throws -> [UInt8]?

    /// Whether a document is there.
    func has(_ document: RunDocument) throws -> Bool

    /// Writes a document, whole or not at all, durably, in place of an older one.
    func replace(_ document: RunDocument, with bytes: [UInt8]) throws

    /// Writes a document, whole or not at all, durably, unless there is one.
    ///
    /// - Returns: whether it was written; of several callers at once one gets true.
    func createIfAbsent(_ document: RunDocument, _ bytes: [UInt8]) throws -> Bool

    /// Takes away what a run without results left: its identity and its empty room.
    func removeIfWithoutResults() throws
}

extension RunStore {
    /// The scene files of one scene: those of all, without the others.
    public func sceneFiles(of scene: String) throws -> [SceneFileListing] {
        try sceneFiles().filter { $0.scene == scene }
    }
}

/// A document of a run.
public enum RunDocument: String, CaseIterable, Sendable {
    /// Which run of which queue this is: `FolderIdentity`.
    case identity = "identity.json"
    /// The run's settings and scenes: `RunManifest`.
    case manifest = "run.json"
    /// What the run's network was trained on; the bytes are those of `OccInference`'s `ModelCard`.
    case card = "card.json"

    /// The largest document that is read, in bytes: a million samples take some 40 MB, settings at most a megabyte.
    var maximumBytes: Int {
        switch self {
        case .identity: 4 << 20
        case .card: 1 << 20
        case .manifest: 1 << 30
        }
    }
}

/// The name of a scene file: whose it is, and whether it is finished.
public struct SceneFileKey: Hashable, Sendable {
    /// Name of the scene.
    public let scene: String
    /// The lease that writes it.
    public let lease: Int64
    /// Whether it was published.
    public let isFinished: Bool

    /// Names a file; `RunStore` judges the name.
    public init(scene: String, lease: Int64, isFinished: Bool = true) {
        self.scene = scene
        self.lease = lease
        self.isFinished = isFinished
    }

    /// The file of a name that stands in the queue and in `run.json`; nil for a name that this program gives to none.
    public init?(fileName: String) {
        self.init(fileName, suffix: Self.finishedSuffix, isFinished: true)
    }

    init?(_ fileName: String, suffix: String, isFinished: Bool) {
        guard fileName.hasSuffix(suffix) else { return nil }
        let stem = fileName.dropLast(suffix.count)
        guard let dot = stem.lastIndex(of: "."), let lease = Int64(stem[stem.index(after: dot)...]), lease >= 1,
            "\(lease)" == stem[stem.index(after: dot)...], let scene = EscapedName.unescape(String(stem[..<dot]))
        else { return nil }
        self.init(scene: scene, lease: lease, isFinished: isFinished)
    }

    static let finishedSuffix = ".occ.lz4"
    static let unfinishedSuffix = ".part"

    /// The name of the file, one path component.
    ///
    /// - Throws: `StorageError` (`unsafeName`).
    public func fileName() throws -> String {
        "\(try EscapedName.escape(scene, of: "scene")).\(lease)"
            + (isFinished ? Self.finishedSuffix : Self.unfinishedSuffix)
    }
}

/// One scene file found in a store.
public struct SceneFileListing: Equatable, Sendable {
    /// Its name.
    public let key: SceneFileKey
    /// Where it is, for people.
    public let path: String
    /// Its size.
    public let byteCount: Int

    /// Name of the scene.
    public var scene: String { key.scene }
    /// The lease that wrote it.
    public var lease: Int64 { key.lease }
    /// Whether it is finished.
    public var isFinished: Bool { key.isFinished }

    /// Makes a row of a listing.
    public init(key: SceneFileKey, path: String, byteCount: Int) {
        self.key = key
        self.path = path
        self.byteCount = byteCount
    }
}

/// A scene file while it is written: parts one after the other, then published in one step.
///
/// One spool belongs to one thread at a time.
public protocol SceneSpool: AnyObject {
    /// Where the unfinished file is, for people.
    var place: String { get }

    /// Adds a part, whole or not at all; what is added is safe from the end of the process, not from that of the machine.
    ///
    /// After an error the file holds what it held, and the same part may be added again.
    ///
    /// - Throws: `StorageError` (`writerClosed`) where nothing can be added any more, `FileError`.
    func append(_ part: [UInt8], _ kind: ScenePart) throws

    /// Makes the file durable and finished, in one step for all who look.
    ///
    /// After an error it may be called again and goes on where it stopped, unless the durability of what was added cannot be had.
    ///
    /// - Throws: `StorageError` (`writerClosed`, `alreadyExists`), `FileError`.
    func publish() throws

    /// Stops and leaves the unfinished file for later leases; once published or stopped it does nothing.
    func abandon()

    /// Stops and removes the unfinished file.
    func discard()
}

/// What a part of a scene file is.
public enum ScenePart: Sendable {
    /// The head of the file, its first part.
    case header
    /// A record with its sample.
    case sample
    /// The index, its last part.
    case index
}
