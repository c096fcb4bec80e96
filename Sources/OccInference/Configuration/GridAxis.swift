/// Lower bound, upper bound and interval of an axis.
public struct GridAxis: Codable, Equatable, Sendable {
    /// First value.
    public var lower: Double
    /// End, not reached.
    public var upper: Double
    /// Step.
    public var interval: Double

    /// Makes an axis from its parts.
    public init(_ lower: Double, _ upper: Double, _ interval: Double) {
        self.lower = lower
        self.upper = upper
        self.interval = interval
    }

    /// Number of cells, computed as the published code does: in float64, truncated.
    var cells: Int { Int(((upper - lower) / interval).rounded(.down)) }
}
