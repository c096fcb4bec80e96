internal import TensorRuntime

/// BBCU: units of one binary convolution; a plain convolution without a shortcut where sizes or channels change.
///
/// Source: `quant_convs_BBCU.py`.
struct BBCUFamily: ResizingFamily, EncoderFamily {
    var suffix: String { "BBCU" }

    func unit(
        _ name: String,
        inChannels: Int,
        outChannels: Int,
        kernel: Int,
        stride: Int,
        hasBatchNorm: Bool
    ) -> any BinaryUnit {
        sign(
            name,
            "BinaryConv2dBBCU",
            weight: "binary_conv",
            inChannels: inChannels,
            outChannels: outChannels,
            kernel: kernel,
            stride: stride,
            shortcut: .input
        )
    }

    func resizing(
        _ name: String,
        _ shape: ResizingShape,
        inChannels: Int,
        hasBatchNorm: Bool
    ) -> any MapLayer {
        let resizing: ResizedUnit.Resizing =
            switch shape {
            case .down, .downConstant: .halving
            case .up: .doubling
            case .fusionDecrease, .fusionIncrease: .none
            }
        let outChannels =
            switch shape {
            case .down, .fusionIncrease: 2 * inChannels
            case .up, .downConstant: inChannels
            case .fusionDecrease: inChannels / 2
            }
        let kernel = resizing == .none ? 1 : 3
        let unit = sign(
            name,
            shape.typeName(suffix),
            weight: "binary_\(kernel)x\(kernel)",
            inChannels: inChannels,
            outChannels: outChannels,
            kernel: kernel,
            stride: 1,
            shortcut: .none
        )
        return resizing == .none ? unit : ResizedUnit(resizing: resizing, unit: unit)
    }

    private func sign(
        _ name: String,
        _ typeName: String,
        weight: String,
        inChannels: Int,
        outChannels: Int,
        kernel: Int,
        stride: Int,
        shortcut: SignUnit.Shortcut
    ) -> SignUnit {
        SignUnit(
            name: name,
            typeName: typeName,
            inChannels: inChannels,
            redistribution: .shift(name + ".move0.bias"),
            convolutions: [
                BinaryConvolution(
                    name: "\(name).\(weight)",
                    packedName: "\(name).conv\(kernel)x\(kernel)",
                    inChannels: inChannels,
                    outChannels: outChannels,
                    kernel: kernel,
                    activation: RPReLU(name: name + ".relu", channels: outChannels)
                )
            ],
            stride: stride,
            shortcut: shortcut
        )
    }
}
