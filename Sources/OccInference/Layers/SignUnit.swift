internal import TensorRuntime

/// One sign, one or more binary convolutions of it side by side, and an addition:
/// sign(x * k + b) -> convolution -> batch norm -> RPReLU -> + shortcut -> RPReLU.
///
/// The units of BBCU, BiSRNet, BiMatting and ReActNet are made of it; each uses some of the parts.
struct SignUnit: BinaryUnit {
    /// What stands before the sign.
    enum Redistribution: Sendable {
        /// A learnable shift, the tensor of that name.
        case shift(String)
        /// A learnable factor and shift, `<name>.k` and `<name>.b`.
        case scaleAndShift(String)
    }

    typealias Shortcut = SignUnitOperation.Shortcut

    let name: String
    let typeName: String
    let inChannels: Int
    let redistribution: Redistribution
    /// Their results stand side by side; the same kernel, stride and channels.
    let convolutions: [BinaryConvolution]
    var stride = 1
    var shortcut = Shortcut.input
    /// The RPReLU after the addition.
    var activation: RPReLU?
    /// A tensor that matters for training only.
    var trainingOnly: String?
    /// Whether it is a published module, so that its result can be tapped.
    var isModule = true

    var outChannels: Int { convolutions.reduce(0) { $0 + $1.outChannels } }

    var ownTensors: [TensorSpec] {
        [scale, shift].compactMap { $0 } + (trainingOnly.map { [TensorSpec($0, [1], .trainingOnly)] } ?? [])
            + convolutions.flatMap(\.tensors) + (activation?.tensors ?? [])
    }

    private var shift: TensorSpec {
        switch redistribution {
        case .shift(let tensor): TensorSpec(tensor, [1, inChannels, 1, 1], .shift)
        case .scaleAndShift(let module): TensorSpec(module + ".b", [1, inChannels, 1, 1], .shift)
        }
    }
    private var scale: TensorSpec? {
        switch redistribution {
        case .shift: nil
        case .scaleAndShift(let module): TensorSpec(module + ".k", [1, inChannels, 1, 1], .redistributionScale)
        }
    }

    func packOwn(_ weights: WeightReader, into package: inout PackageBuilder) throws {
        package.add(name + ".move_bias", try weights.values(shift))
        if let scale { package.add(name + ".move_scale", try weights.values(scale)) }
        for convolution in convolutions { try convolution.pack(weights, into: &package) }
        try activation?.pack(weights, as: name + ".out", into: &package)
    }

    func emit(
        _ input: Tensor,
        to program: ProgramBuilder,
        output: Tensor?,
        tail: UnitTail
    ) throws -> Tensor {
        try check(input)
        try checkShortcut(input, tail)
        let (height, width) = ((input.height - 1) / stride + 1, (input.width - 1) / stride + 1)
        let result =
            output ?? program.map(images: input.images, height: height, width: width, channels: outChannels)
        program.append(SignUnitOperation(parameters, input: input, output: result, tail: tail))
        // With a tail the map holds more than this unit's own result.
        if tail.isPlain && isModule { program.tap(name, result) }
        return result
    }

    private func checkShortcut(_ input: Tensor, _ tail: UnitTail) throws {
        let fits =
            switch shortcut {
            case .none: true
            case .input:
                outChannels % inChannels == 0 && (stride == 1 || (input.height % 2 == 0 && input.width % 2 == 0))
            case .meanOfHalves: inChannels == 2 * outChannels && stride == 1
            }
        guard fits else {
            throw InferenceError(
                .badConfiguration,
                "the shortcut of layer '\(name)' cannot go from \(inChannels) x \(input.height) x \(input.width) to "
                    + "\(outChannels) channels with stride \(stride)"
            )
        }
        guard activation == nil || tail.isPlain else {
            throw InferenceError(
                .badConfiguration,
                "layer '\(name)' ends in an activation; nothing can be added after it"
            )
        }
    }

    /// The unit as the runtime knows it.
    private var parameters: SignUnitOperation.Unit {
        SignUnitOperation.Unit(
            name: name,
            inChannels: inChannels,
            stride: stride,
            moveScale: scale == nil ? nil : name + ".move_scale",
            moveShift: name + ".move_bias",
            convolutions: convolutions.map(\.parameters),
            shortcut: shortcut,
            activation: activation == nil ? nil : RPReLUParameters(packedAs: name + ".out")
        )
    }
}
