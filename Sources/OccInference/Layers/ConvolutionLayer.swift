internal import TensorRuntime

/// A full-precision convolution with the batch norm and ReLU that follow it.
struct ConvolutionLayer: Layer {
    /// The published module path of the convolution.
    let name: String
    let inChannels: Int
    let outChannels: Int
    let kernel: Int
    var stride = 1
    /// Pixels from tap to tap of the kernel.
    var dilation = 1
    /// Channels of zeros behind the inputs, so that maps have whole blocks.
    var inPadding = 0
    /// Channels of zeros behind the outputs.
    var outPadding = 0
    var hasBias = false
    /// The batch norm that follows, folded into the weights.
    var norm: BatchNorm?
    var hasReLU = false
    /// Whether the weights are those of a linear layer, `[out, in]`, to be run on every pixel.
    var isLinear = false
    /// Whether it is the last layer of a detection head.
    var isDetectionOutput = false
    /// Whether it is a 3D convolution, `[out, in, kernel, kernel, kernel]`, of a channels-last map whose images are cells in z.
    var isVolume = false
    /// Whether oneDNN's Winograd, which transforms a whole map at once, may be used for a 3x3 where it exists.
    var mayUseWinograd = true

    var typeName: String { isLinear ? "Linear" : isVolume ? "Conv3d" : "Conv2d" }

    var ownTensors: [TensorSpec] {
        [weight] + (hasBias ? [bias] : []) + (norm?.tensors ?? [])
    }

    private var weight: TensorSpec {
        isLinear
            ? TensorSpec(name + ".weight", [outChannels, inChannels], .linear)
            : isVolume
                ? TensorSpec(name + ".weight", [outChannels, inChannels, kernel, kernel, kernel], .linear)
                : TensorSpec(
                    name + ".weight",
                    [outChannels, inChannels, kernel, kernel],
                    isDetectionOutput ? .detectionOutput : .convolution
                )
    }
    private var bias: TensorSpec { TensorSpec(name + ".bias", [outChannels], .bias) }

    /// Whether the packed layer has a bias.
    var hasPackedBias: Bool { hasBias || norm != nil }

    /// Channels of the maps that it reads and makes, padding included.
    var paddedInChannels: Int { inChannels + inPadding }
    var paddedOutChannels: Int { outChannels + outPadding }

    func packOwn(_ weights: WeightReader, into package: inout PackageBuilder) throws {
        var (values, shift) = try folded(weights)
        var shape = isLinear ? [outChannels, inChannels, kernel, kernel] : weight.shape
        if inPadding > 0 || outPadding > 0 {
            let taps = values.count / (outChannels * inChannels)
            values = Swift.stride(from: 0, to: values.count, by: inChannels * taps).flatMap {
                values[$0..<($0 + inChannels * taps)] + [Float](repeating: 0, count: inPadding * taps)
            }
            values += [Float](repeating: 0, count: outPadding * paddedInChannels * taps)
            shift += [Float](repeating: 0, count: outPadding)
            shape.replaceSubrange(0..<2, with: [paddedOutChannels, paddedInChannels])
        }
        package.add(name + ".weight", values, shape: shape)
        if hasPackedBias { package.add(name + ".bias", shift) }
    }

    /// Weights and bias with the batch norm folded in.
    func folded(_ weights: WeightReader) throws -> (weights: [Float], bias: [Float]) {
        var values = try weights.values(weight)
        var shift = hasBias ? try weights.values(bias) : [Float](repeating: 0, count: outChannels)
        if let norm {
            let folded = try norm.folded(weights)
            let perChannel = values.count / outChannels
            for channel in 0..<outChannels {
                let scale = folded.scale[channel]
                for index in (channel * perChannel)..<((channel + 1) * perChannel) {
                    values[index] = Float(Double(values[index]) * scale)
                }
                shift[channel] = Float(Double(shift[channel]) * scale + folded.shift[channel])
            }
        }
        return (values, shift)
    }

    /// Appends the convolution to a program.
    ///
    /// - Parameters:
    ///   - output: where the result goes; nil makes a new map of the input's layout. If `addsToOutput`, its content is
    ///     added before the ReLU.
    ///   - activation: what follows instead of a ReLU.
    ///   - result: the type of the result.
    func emit(
        _ input: Tensor,
        to program: ProgramBuilder,
        output: Tensor? = nil,
        addsToOutput: Bool = false,
        activation: Activation? = nil,
        result: ConvolutionResult = .forConvolutions
    ) throws -> Tensor {
        try program.convolve(
            input,
            parameters(activation ?? (hasReLU ? .relu : nil)),
            output: output,
            addsToOutput: addsToOutput,
            result: result
        )
    }

    /// The convolution as the runtime knows it.
    func parameters(_ activation: Activation?) -> Convolution {
        var convolution = Convolution(
            name: name,
            inChannels: inChannels,
            outChannels: outChannels,
            kernel: kernel,
            weight: name + ".weight",
            bias: hasPackedBias ? name + ".bias" : nil
        )
        convolution.inPadding = inPadding
        convolution.outPadding = outPadding
        convolution.stride = stride
        convolution.dilation = dilation
        convolution.isVolume = isVolume
        convolution.activation = activation
        convolution.mayUseWinograd = mayUseWinograd
        if isVolume { convolution.lowest = .float32 }
        return convolution
    }
}
