/// What `RunStore.verify` found.
public struct VerificationReport: Codable, Equatable, Sendable {
    /// What is wrong with a file.
    public enum Problem: String, Codable, Equatable, Sendable {
        /// The manifest names it, but it is not there.
        case missing
        /// It ends before its index, or is shorter than the manifest says.
        case truncated
        /// Its bytes are not what was written.
        case damaged
        /// It is a whole file, but not of this scene, lease, model or samples.
        case mismatch
        /// It could not be read.
        case unreadable
        /// It is a whole scene file, but the manifest says that its scene is not done.
        case unlisted
        /// It is in the folder, but the manifest does not know it.
        case extra
    }

    /// One thing that is wrong.
    public struct Finding: Codable, Equatable, Sendable {
        /// The scene, where the file belongs to one.
        public let scene: String?
        /// Path of the file.
        public let path: String
        /// The kind of trouble.
        public let problem: Problem
        /// What was found, for people.
        public let detail: String

        /// The file's name; nil where it is no scene file.
        public var key: SceneFileKey? { SceneFileKey(fileName: String(path.split(separator: "/").last ?? "")) }
    }

    /// Accepted files that were checked.
    public internal(set) var files = 0
    /// Samples in those that are whole.
    public internal(set) var samples = 0
    /// Bytes of those that are whole.
    public internal(set) var bytes = 0
    /// Scenes of the run that have no accepted file.
    public internal(set) var unfinishedScenes = 0
    /// What is wrong, in the order of the manifest, then by name.
    public internal(set) var findings: [Finding] = []

    /// Whether nothing is wrong with any file.
    public var isClean: Bool { findings.isEmpty }
}
