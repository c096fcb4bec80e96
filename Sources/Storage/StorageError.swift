/// What was wrong with a scene file, a manifest or a request to one; refusals of the operating system are `FileError`s.
public struct StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a failure, for code that reacts to it.
    public enum Kind: Equatable, Sendable {
        /// A run, scene or sample name that cannot stand in a path or a file.
        case unsafeName
        /// The bytes are not what was written; the offset is where the first wrong part begins.
        case damaged(offset: Int)
        /// The file ends before its index: a lease was lost, or the file was cut off. Its whole samples can be recovered.
        case unfinished(bytes: Int)
        /// A newer or unknown version of the format.
        case unsupportedVersion(Int)
        /// The file belongs to another run, scene, lease or model than expected.
        case mismatch
        /// A sample of this token is in the file already.
        case duplicateSample
        /// No sample of this token is in the file.
        case missingSample
        /// A prediction that the format cannot hold.
        case invalidSample
        /// The file to be written is there already.
        case alreadyExists
        /// The writer was finished, abandoned, or broken by an earlier error.
        case writerClosed
        /// The run's manifest is missing, unreadable as JSON or contradicts itself.
        case invalidManifest
    }

    /// The kind of the failure.
    public let kind: Kind
    /// The file's path, or the name that was refused.
    public let source: String
    /// What was found and, where it helps, what to do next.
    public let detail: String

    /// Makes an error from its parts.
    public init(_ kind: Kind, source: String, _ detail: String) {
        self.kind = kind
        self.source = source
        self.detail = detail
    }

    /// Whether a file's bytes are not what was written.
    public var isDamage: Bool {
        switch kind {
        case .damaged, .unfinished: true
        default: false
        }
    }

    /// One line for people.
    public var description: String {
        if case .damaged(let offset) = kind { return "'\(source)' is damaged at byte \(offset): \(detail)" }
        return "'\(source)': \(detail)"
    }
}
