/// A kind of binary layers: what networks of the same plan differ in.
protocol BinaryFamily: Sendable {
    /// Its name at the end of published class names: `BDC` of `BinaryConv2dBDC`.
    var suffix: String { get }

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
    /// A unit with a 3x3 that keeps the size.
    func unit(_ name: String, inChannels: Int, outChannels: Int, hasBatchNorm: Bool) -> any BinaryUnit {
        unit(name, inChannels: inChannels, outChannels: outChannels, kernel: 3, stride: 1, hasBatchNorm: hasBatchNorm)
    }
}
