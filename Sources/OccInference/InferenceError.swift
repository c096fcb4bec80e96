internal import TensorRuntime

/// Why a frame or a network could not be run.
public struct InferenceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a failure, for code that reacts to it.
    public enum Kind: Equatable, Sendable {
        /// The input does not have the shapes that the network's configuration asks for, or holds numbers it cannot use.
        case badInput
        /// No module of that name can be tapped.
        case unknownTap
        /// The network's configuration names something this build does not have, or does not fit together.
        case badConfiguration
        /// This host, or the package, lacks what the precision needs.
        case unsupported
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

extension InferenceError {
    /// Does something and says errors of the runtime in this module's words.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as TensorRuntimeError {
            let kind: Kind =
                switch error.kind {
                case .misfit: .badConfiguration
                case .library: .library
                case .outOfMemory: .outOfMemory
                }
            throw InferenceError(kind, error.detail)
        }
    }
}
