/// BDC: units of a binary 3x3, a 1x1 and squeeze-excitation, in pairs where sizes or channels change.
struct BDCFamily: ResizingFamily, EncoderFamily {
    var suffix: String { "BDC" }
    var hasOptionalBatchNorms: Bool { true }

    /// The published unit does not use its kernel size.
    func unit(
        _ name: String,
        inChannels: Int,
        outChannels: Int,
        kernel: Int,
        stride: Int,
        hasBatchNorm: Bool
    ) -> any BinaryUnit {
        BinaryConv2dBDC(
            name: name,
            inChannels: inChannels,
            outChannels: outChannels,
            stride: stride,
            hasBatchNorm: hasBatchNorm
        )
    }

    func resizing(
        _ name: String,
        _ shape: ResizingShape,
        inChannels: Int,
        hasBatchNorm: Bool
    ) -> any MapLayer {
        UnitPair(name: name, shape: shape, inChannels: inChannels, hasBatchNorm: hasBatchNorm, family: self)
    }
}
