/// BiSRNet: units of one binary convolution, in pairs where sizes or channels change.
///
/// Source: `quant_convs_BiSRNet.py`.
struct BiSRNetFamily: ResizingFamily, EncoderFamily {
    var suffix: String { "BiSRNet" }

    func unit(
        _ name: String,
        inChannels: Int,
        outChannels: Int,
        kernel: Int,
        stride: Int,
        hasBatchNorm: Bool
    ) -> any BinaryUnit {
        SignUnit(
            name: name,
            typeName: "BinaryConv2dBiSRNet",
            inChannels: inChannels,
            redistribution: .scaleAndShift(name + ".move0"),
            convolutions: [
                BinaryConvolution(
                    name: name + ".binary_conv",
                    packedName: "\(name).conv\(kernel)x\(kernel)",
                    inChannels: inChannels,
                    outChannels: outChannels,
                    kernel: kernel,
                    activation: RPReLU(name: name + ".relu", channels: outChannels)
                )
            ],
            stride: stride,
            trainingOnly: name + ".binary_activation.beta"
        )
    }

    func resizing(
        _ name: String,
        _ shape: ResizingShape,
        inChannels: Int,
        hasBatchNorm: Bool
    ) -> any MapLayer {
        UnitPair(name: name, shape: shape, inChannels: inChannels, family: self)
    }
}
