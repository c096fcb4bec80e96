/// Type and arguments of one module of a network, as a published configuration file gives them.
public struct ModuleConfiguration: Codable, Equatable, Sendable {
    /// The published class name: `Binary_CustomFPN_BDC`.
    public var type: String
    /// Channels of its inputs.
    public var inChannels: [Int]
    /// Channels of its outputs.
    public var outChannels: [Int]
    /// Whether its binary units carry batch norms (`with_bn`).
    public var hasBatchNorm: Bool
    /// Layers of an image backbone that comes in several depths; nil is 50, and nothing of it stands in a package.
    public var depth: Int?

    /// Makes a configuration from its parts.
    public init(
        type: String,
        inChannels: [Int],
        outChannels: [Int],
        hasBatchNorm: Bool = false,
        depth: Int? = nil
    ) {
        self.type = type
        self.inChannels = inChannels
        self.outChannels = outChannels
        self.hasBatchNorm = hasBatchNorm
        self.depth = depth
    }
}
