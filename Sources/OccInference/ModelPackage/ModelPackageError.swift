/// What is wrong with a model package.
public struct ModelPackageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a failure, for code that reacts to it.
    public enum Kind: Equatable, Sendable {
        /// The file does not start like a model package.
        case notAPackage
        /// The file was written by a newer version of this tool.
        case newerVersion
        /// The file was written by a version that cannot do what is asked.
        case olderVersion
        /// The file is shorter or longer than it says.
        case wrongSize
        /// A digest does not fit the bytes, or the bytes break the format.
        case damaged
        /// The package does not hold what its configuration needs.
        case incomplete
    }

    /// The kind of the failure.
    public let kind: Kind
    /// The file's path, or a name for bytes in memory.
    public let source: String
    /// What was found and what to do next.
    public let detail: String

    /// Makes an error from its parts.
    public init(_ kind: Kind, source: String, _ detail: String) {
        self.kind = kind
        self.source = source
        self.detail = detail
    }

    /// One line for people.
    public var description: String { "model package '\(source)': \(detail)" }
}
