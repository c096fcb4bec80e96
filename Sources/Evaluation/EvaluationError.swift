/// Why predictions cannot be scored or exported; refusals of the operating system are `FileError`s.
public struct EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a failure, for code that reacts to it.
    public enum Kind: Equatable, Sendable {
        /// A prediction holds a label beyond 17, or has another number of voxels than its ground truth.
        case invalidPrediction
        /// A ground truth holds a label beyond 17, or its arrays do not fit each other.
        case invalidGroundTruth
        /// Stored counts are no encoding of this program.
        case invalidEncoding
        /// A scene or sample name that cannot stand in a path.
        case unsafeName
    }

    /// The kind of the failure.
    public let kind: Kind
    /// The sample, scene or file.
    public let source: String
    /// What was found and, where it helps, what to do next.
    public let detail: String

    /// Makes an error from its parts.
    public init(_ kind: Kind, source: String, _ detail: String) {
        self.kind = kind
        self.source = source
        self.detail = detail
    }

    /// One line for people.
    public var description: String { "'\(source)': \(detail)" }
}
