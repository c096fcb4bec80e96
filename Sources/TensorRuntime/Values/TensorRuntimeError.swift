/// Why a program could not be built, prepared or run.
public struct TensorRuntimeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a failure, for code that reacts to it.
    public enum Kind: Equatable, Sendable {
        /// Shapes, layouts or settings do not fit together.
        case misfit
        /// A numerical library refused a call.
        case library
        /// There is not enough memory.
        case outOfMemory
    }

    /// The kind of the failure.
    public let kind: Kind
    /// What was being done, what was found and what to do next.
    public let detail: String

    /// Makes an error from its parts.
    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// One line for people.
    public var description: String { detail }
}
