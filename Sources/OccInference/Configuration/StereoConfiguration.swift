/// What a network that looks back has besides: a depth network that knows its camera and compares frames, and a network on the BEV
/// features of every frame before they are joined.
public struct StereoConfiguration: Codable, Equatable, Sendable {
    /// Whether depth bins grow with their depth (`sid`).
    public var hasGrowingDepthBins: Bool
    /// Channels of the depth network's dilated convolutions (`aspp_mid_channels`), a multiple of 16.
    public var asppChannels: Int
    /// Cost of a bin that nothing is seen in (`bias`).
    public var costBias: Double
    /// `pre_process`, with an entry of `outChannels` for every block.
    public var preProcess: ModuleConfiguration

    /// Makes a configuration from its parts.
    public init(
        hasGrowingDepthBins: Bool,
        asppChannels: Int,
        costBias: Double,
        preProcess: ModuleConfiguration
    ) {
        self.hasGrowingDepthBins = hasGrowingDepthBins
        self.asppChannels = asppChannels
        self.costBias = costBias
        self.preProcess = preProcess
    }
}
