/// Why a recording, or a message in it, could not be read or written.
public struct MCAPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a failure, for code that reacts to it.
    public enum Kind: Equatable, Sendable {
        /// The file is something else, which the detail names where it is known.
        case notARecording
        /// The file ends before what was asked for.
        case cut
        /// A checksum, a size or a field is wrong.
        case damaged
        /// More bytes than the limits allow; nothing of that size was allocated.
        case tooLarge
        /// Legal, but of a kind that is not read here.
        case unsupported
        /// A message whose bytes are not what its schema's name says.
        case unreadableMessage
        /// The writer was used in a way that makes no legal file.
        case misuse
    }

    /// The kind of the failure.
    public let kind: Kind
    /// What was found, where, and what to do next where that helps; it names no file: the caller knows it.
    public let detail: String

    /// Makes an error from its parts.
    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// One line for people.
    public var description: String { detail }

    /// The same error, told with what was being read.
    func of(_ place: String) -> MCAPError { MCAPError(kind, "\(place): \(detail)") }
}
