internal import TensorRuntime

/// The binary unit of BDC: sign(x * k + b) -> binary 3x3 -> RPReLU -> 1x1 with binary weights and real inputs -> RPReLU ->
/// squeeze-excitation -> + x.
///
/// Source: `BinaryConv2dBDC` in `quant_convs_BDC.py`. Its `kernel_size` argument is not used there: the unit is
/// always a 3x3 followed by a 1x1.
struct BinaryConv2dBDC: BinaryUnit {
    let name: String
    let inChannels: Int
    let outChannels: Int
    var stride = 1
    var hasBatchNorm = false

    var typeName: String { "BinaryConv2dBDC" }

    var ownTensors: [TensorSpec] {
        [shift, scale, TensorSpec(name + ".binary_activation.beta", [1], .trainingOnly)]
            + [spatial, pointwise, squeeze, excite].flatMap(\.tensors) + (shortcutNorm?.tensors ?? [])
    }

    /// What is added before the sign.
    private var shift: TensorSpec { TensorSpec(name + ".move0.b", [1, inChannels, 1, 1], .shift) }
    /// What the input is multiplied by before that.
    private var scale: TensorSpec { TensorSpec(name + ".move0.k", [1, inChannels, 1, 1], .redistributionScale) }

    /// The binary 3x3 with its batch norm and RPReLU.
    var spatial: BinaryConvolution {
        convolution(
            "binary_conv_relu.0",
            "conv3x3",
            inChannels,
            inChannels,
            3,
            norm: 1,
            activation: "binary_conv_relu.2"
        )
    }

    /// The 1x1 with binary weights and real inputs, with its batch norm and RPReLU.
    var pointwise: BinaryConvolution {
        convolution(
            "binary_conv_relu.3",
            "conv1x1",
            inChannels,
            outChannels,
            1,
            norm: 4,
            activation: "binary_conv_relu.5"
        )
    }

    /// First layer of the squeeze-excitation block; the published units keep all channels (`reduction=1`).
    var squeeze: BinaryConvolution {
        convolution("se_block.fc.0", "se.0", outChannels, outChannels, 1, norm: nil, activation: "se_block.fc.1")
    }

    /// Second layer of the squeeze-excitation block, before the sigmoid.
    var excite: BinaryConvolution {
        convolution("se_block.fc.2", "se.2", outChannels, outChannels, 1, norm: nil, activation: nil)
    }

    /// Batch norm of the shortcut.
    var shortcutNorm: BatchNorm? { hasBatchNorm ? BatchNorm(name: name + ".bn_fp", channels: outChannels) : nil }

    private func convolution(
        _ module: String,
        _ packed: String,
        _ inputs: Int,
        _ outputs: Int,
        _ kernel: Int,
        norm: Int?,
        activation: String?
    ) -> BinaryConvolution {
        BinaryConvolution(
            name: "\(name).\(module)",
            packedName: "\(name).\(packed)",
            inChannels: inputs,
            outChannels: outputs,
            kernel: kernel,
            norm: hasBatchNorm
                ? norm.map { BatchNorm(name: "\(name).binary_conv_relu.\($0)", channels: outputs) } : nil,
            activation: activation.map { RPReLU(name: "\(name).\($0)", channels: outputs) }
        )
    }

    func packOwn(_ weights: WeightReader, into package: inout PackageBuilder) throws {
        package.add(name + ".move_bias", try weights.values(shift))
        package.add(name + ".move_scale", try weights.values(scale))
        for part in [spatial, pointwise, squeeze, excite] { try part.pack(weights, into: &package) }
        if let shortcutNorm {
            let (scale, shift) = try shortcutNorm.folded(weights)
            package.add(name + ".identity_scale", scale.map { Float($0) })
            package.add(name + ".identity_shift", shift.map { Float($0) })
        }
    }

    func emit(
        _ input: Tensor,
        to program: ProgramBuilder,
        output: Tensor?,
        tail: UnitTail
    ) throws -> Tensor {
        try check(input)
        guard outChannels == inChannels || outChannels == 2 * inChannels else {
            throw InferenceError(
                .badConfiguration,
                "layer '\(name)' cannot go from \(inChannels) to \(outChannels) channels: its shortcut repeats channels "
                    + "once or twice"
            )
        }
        guard stride == 1 || (input.height % 2 == 0 && input.width % 2 == 0) else {
            throw InferenceError(
                .badConfiguration,
                "layer '\(name)' halves a map of \(input.height) x \(input.width), which is odd"
            )
        }
        let result =
            output
            ?? program.map(
                images: input.images,
                height: input.height / stride,
                width: input.width / stride,
                channels: outChannels
            )
        program.append(BDCUnitOperation(parameters(in: program.arithmetic), input: input, output: result, tail: tail))
        // With a tail the map holds more than this unit's own result.
        if tail.isPlain { program.tap(name, result) }
        return result
    }

    /// Name of the scale of what its 1x1 reads.
    private var pointwiseScale: String { Self.pointwiseScale(ofUnit: name) }

    /// Name of the scale of what the 1x1 of a unit reads.
    static func pointwiseScale(ofUnit unit: String) -> String { unit + ".conv1x1" + Convolution.inputScaleSuffix }

    /// The unit as the runtime knows it.
    private func parameters(in arithmetic: Arithmetic) -> BDCUnitOperation.Unit {
        BDCUnitOperation.Unit(
            name: name,
            stride: stride,
            move: ScaleParameters(scale: name + ".move_scale", shift: name + ".move_bias"),
            spatial: spatial.parameters,
            pointwise: pointwise.parameters,
            pointwiseScale: arithmetic.hasScale(pointwiseScale) ? pointwiseScale : nil,
            squeeze: squeeze.parameters,
            excite: excite.parameters,
            shortcut: hasBatchNorm
                ? ScaleParameters(scale: name + ".identity_scale", shift: name + ".identity_shift") : nil
        )
    }
}
