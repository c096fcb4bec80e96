/// Why a picture could not be read or written.
public struct ImageFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a failure, for code that reacts to it.
    public enum Kind: Equatable, Sendable {
        /// The bytes are not such a picture, or are damaged or cut off.
        case corrupt
        /// A legal picture of a kind that is not read: grey, CMYK, more than 8 bits.
        case unsupported
        /// More pixels than the limit.
        case tooLarge
        /// The caller's buffer does not fit the picture.
        case wrongSize
        /// The library could not be set up or could not write.
        case library
    }

    /// The kind of the failure.
    public let kind: Kind
    /// What was found and, where it helps, what to do next.
    ///
    /// It names no file: the caller knows it.
    public let detail: String

    /// Makes an error from its parts.
    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// One line for people.
    public var description: String { detail }
}
