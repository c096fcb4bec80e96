/// What was wrong with the content of an array file.
public struct ArrayFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a failure, for code that reacts to it.
    public enum Kind: Equatable, Sendable {
        /// The bytes end before what the header promises.
        case truncated
        /// The bytes break the format's rules.
        case malformed
        /// The file is legal but uses something this project does not read.
        case unsupported
        /// A size exceeds the caller's or the format's limit; nothing was allocated.
        case tooLarge
        /// No array of that name is in the file.
        case missing
        /// The array is there, but its type or shape is not what was asked for.
        case mismatch
        /// The compression library failed.
        case library
    }

    /// The kind of the failure.
    public let kind: Kind
    /// What was read or written: a path, or a name for bytes in memory, with the entry where there is one.
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
