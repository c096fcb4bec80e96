/// What a worker and a scheduler of different versions, or a damaged row, fail to agree on.
public struct RunContractError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being read, what was found, what to do next.
    public let description: String

    /// Makes an error.
    public init(_ description: String) {
        self.description = description
    }
}
