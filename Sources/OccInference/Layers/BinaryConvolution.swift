internal import BinaryKernels
internal import TensorRuntime

/// A convolution whose weights are signs times a scale per output channel (`HardBinaryConv` of the published code),
/// with the batch norm and RPReLU that follow it.
///
/// Source: `quant_convs_BDC.py`. The published forward pass also adds and subtracts the clamped weights, for the sake of
/// gradients; that changes the weights by rounding only and is left out.
struct BinaryConvolution: Sendable {
    /// The published module path.
    let name: String
    /// Prefix of its packed tensors.
    let packedName: String
    let inChannels: Int
    let outChannels: Int
    let kernel: Int
    var norm: BatchNorm?
    var activation: RPReLU?
    /// Whether the mean of each output channel's weights is taken away before anything else, as BiMatting does.
    var isCentred = false

    private var weight: TensorSpec {
        TensorSpec(name + ".weight", [outChannels, inChannels, kernel, kernel], .binaryConvolution)
    }

    var tensors: [TensorSpec] { [weight] + (norm?.tensors ?? []) + (activation?.tensors ?? []) }

    func pack(_ weights: WeightReader, into package: inout PackageBuilder) throws {
        var values = try weights.values(weight)
        if isCentred { Self.centre(&values, perChannel: values.count / outChannels) }
        let wordCount = occ_weight_words(outChannels, inChannels, kernel)
        var signs = [UInt32](repeating: 0, count: wordCount)
        var nonzero = signs
        var scales = [Float](repeating: 0, count: outChannels)
        let hasZeros = occ_pack_weights(values, outChannels, inChannels, kernel, &signs, &nonzero)
        occ_weight_scales(values, outChannels, inChannels, kernel, &scales)
        package.add(packedName + ".signs", words: signs)
        if hasZeros { package.add(packedName + ".nonzero", words: nonzero) }
        if let norm {
            let (scale, shift) = try norm.folded(weights)
            package.add(packedName + ".alpha", zip(scales, scale).map { Float(Double($0) * $1) })
            package.add(packedName + ".beta", shift.map { Float($0) })
        } else {
            package.add(packedName + ".alpha", scales)
        }
        try activation?.pack(weights, as: packedName, into: &package)
    }

    /// Takes the mean away, computed in float64 and rounded once.
    ///
    /// The published code nests three float32 means; a weight would have to lie within their rounding of the mean for its sign
    /// to differ.
    private static func centre(_ values: inout [Float], perChannel: Int) {
        for start in stride(from: 0, to: values.count, by: perChannel) {
            let range = start..<(start + perChannel)
            let mean = Float(values[range].reduce(0.0) { $0 + Double($1) } / Double(perChannel))
            for index in range { values[index] -= mean }
        }
    }

    /// The convolution as the runtime knows it.
    var parameters: BinaryConvolutionParameters {
        BinaryConvolutionParameters(
            inChannels: inChannels,
            outChannels: outChannels,
            kernel: kernel,
            signs: packedName + ".signs",
            nonzero: packedName + ".nonzero",
            alpha: packedName + ".alpha",
            beta: norm == nil ? nil : packedName + ".beta",
            activation: activation == nil ? nil : RPReLUParameters(packedAs: packedName)
        )
    }
}
