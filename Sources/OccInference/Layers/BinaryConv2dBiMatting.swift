internal import TensorRuntime

/// The unit of BiMatting: sign(x + b) -> binary 3x3 -> batch norm -> + x -> RPReLU, then the same with a 1x1.
///
/// Weights are taken less their mean. The 1x1 sees signs, unlike that of BDC. Where channels grow there are several 1x1 side by
/// side, each with its shortcut; where they halve, the shortcut is the mean of the two halves.
///
/// Source: `BinaryConv2dBiMatting` in `quant_convs_BiMatting.py`.
struct BinaryConv2dBiMatting: BinaryUnit {
    let name: String
    let inChannels: Int
    let outChannels: Int
    var stride = 1

    var typeName: String { "BinaryConv2dBiMatting" }
    var children: [any Layer] { [spatial, pointwise] }

    private var spatial: SignUnit {
        unit(1, "binary_3x3", shortcut: .input, convolutions: [convolution("binary_3x3", "bn1", inChannels, 3)])
    }

    private var pointwise: SignUnit {
        if outChannels == inChannels {
            return unit(
                2,
                "binary_pw",
                shortcut: .input,
                convolutions: [convolution("binary_pw", "bn2", outChannels, 1)]
            )
        }
        let isWider = outChannels > inChannels
        return unit(
            2,
            "binary_pw",
            shortcut: isWider ? .input : .meanOfHalves,
            convolutions: (1...(isWider ? outChannels / inChannels : 1)).map {
                convolution("binary_pw_down\($0)", "bn2_\($0)", isWider ? inChannels : outChannels, 1)
            }
        )
    }

    private func unit(
        _ step: Int,
        _ module: String,
        shortcut: SignUnit.Shortcut,
        convolutions: [BinaryConvolution]
    ) -> SignUnit {
        SignUnit(
            name: "\(name).\(module)",
            typeName: "BiConv2d",
            inChannels: inChannels,
            redistribution: .shift("\(name).move\(step)1.bias"),
            convolutions: convolutions,
            stride: step == 1 ? stride : 1,
            shortcut: shortcut,
            activation: RPReLU(
                shiftIn: "\(name).move\(step)2.bias",
                slope: "\(name).prelu\(step).weight",
                shiftOut: "\(name).move\(step)3.bias",
                channels: convolutions.reduce(0) { $0 + $1.outChannels }
            ),
            isModule: false
        )
    }

    private func convolution(_ module: String, _ norm: String, _ channels: Int, _ kernel: Int) -> BinaryConvolution {
        BinaryConvolution(
            name: "\(name).\(module)",
            packedName: "\(name).\(module)",
            inChannels: inChannels,
            outChannels: channels,
            kernel: kernel,
            norm: BatchNorm(name: "\(name).\(norm)", channels: channels),
            isCentred: true
        )
    }

    func emit(
        _ input: Tensor,
        to program: ProgramBuilder,
        output: Tensor?,
        tail: UnitTail
    ) throws -> Tensor {
        let isKnown = [inChannels / 2, inChannels, 2 * inChannels, 4 * inChannels].contains(outChannels)
        guard isKnown, outChannels > 0 else {
            throw InferenceError(
                .badConfiguration,
                "layer '\(name)' cannot go from \(inChannels) to \(outChannels) channels"
            )
        }
        let hidden = try spatial.emit(input, to: program)
        let result = try pointwise.emit(hidden, to: program, output: output, tail: tail)
        program.tap(name, result)
        return result
    }
}
