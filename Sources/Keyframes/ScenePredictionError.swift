/// Why a sample cannot be predicted.
public struct ScenePredictionError: Error, CustomStringConvertible, Sendable {
    /// What was being done on which file of which sample, and what was found.
    public let description: String
    /// Whether another attempt may help (a file that could not be read), or not (a picture that is damaged).
    public let isRetryable: Bool
    /// Whether the host is at fault rather than the scene: the dataset's folder is not there.
    public var isHostFault: Bool

    /// Makes an error from its parts.
    public init(description: String, isRetryable: Bool, isHostFault: Bool = false) {
        self.description = description
        self.isRetryable = isRetryable
        self.isHostFault = isHostFault
    }
}
