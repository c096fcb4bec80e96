/// Why the rays of a sample have no origins.
public struct LidarOriginsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Token of the sample, or what stands for it.
    public let sample: String
    /// What was found and what to do next.
    public let detail: String

    /// Makes an error from its parts.
    public init(sample: String, _ detail: String) {
        self.sample = sample
        self.detail = detail
    }

    /// One line for people.
    public var description: String { "lidar origins of sample '\(sample)': \(detail)" }
}
