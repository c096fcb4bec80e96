/// A kind of binary layers: what networks of the same plan differ in.
///
/// A new family is a file in `Families` with its units, one of these and its BEV encoder, and a row in `Network.families`.
protocol BinaryFamily: Sendable {
    /// Its name within published class names: `BDC` of `BinaryConv2dBDC`.
    var suffix: String { get }
    /// The published class name of its BEV backbone.
    var bevBackboneType: String { get }

    /// Whether its units come with and without batch norms (`with_bn`).
    var hasOptionalBatchNorms: Bool { get }

    /// The family's basic unit.
    ///
    /// - Parameter hasBatchNorm: `with_bn`; families that always or never carry batch norms ignore it.
    func unit(
        _ name: String,
        inChannels: Int,
        outChannels: Int,
        kernel: Int,
        stride: Int,
        hasBatchNorm: Bool
    ) -> any BinaryUnit

    /// The layer that halves channels and keeps the size.
    func channelHalving(_ name: String, inChannels: Int, hasBatchNorm: Bool) -> any MapLayer
}

extension BinaryFamily {
    /// The published class name of its image neck.
    var imageNeckType: String { "Binary_CustomFPN_" + suffix }
    /// The published class name of the second part of its BEV encoder.
    var bevNeckType: String { "Binary_FPN_LSS_\(suffix)_Up" }
    /// The published class name of its occupancy head.
    var occupancyHeadType: String { "BEVOCCHead2D" + suffix }
    /// The published class name of its detection head.
    var detectionHeadType: String { "BEV_CenterHead" + suffix }

    /// The published class name of its network on the BEV features of every frame.
    var preProcessType: String { "BinaryResNet" + suffix }
    var hasOptionalBatchNorms: Bool { false }

    /// A unit with a 3x3 that keeps the size.
    func unit(_ name: String, inChannels: Int, outChannels: Int, hasBatchNorm: Bool) -> any BinaryUnit {
        unit(name, inChannels: inChannels, outChannels: outChannels, kernel: 3, stride: 1, hasBatchNorm: hasBatchNorm)
    }
}
