/// What a worker and a scheduler of different versions, or a damaged row, fail to agree on.
public struct RunContractError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being read, what was found, what to do next.
    public let description: String

    /// Whether a newer program than this one would understand it; then it is to be left to one.
    public let isNewer: Bool

    /// Makes an error.
    public init(_ description: String, isNewer: Bool = false) {
        self.description = description
        self.isNewer = isNewer
    }
}
