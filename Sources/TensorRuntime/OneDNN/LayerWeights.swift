/// Weights and bias of a convolution in the type that it computes with, and what its sums are multiplied by.
struct LayerWeights {
    /// `[out]`, in units of the sums.
    let bias: [Float]
    /// What a sum is multiplied by, one an output channel; none where sums are values.
    private let factors: [Float]
    private let bytes: RoundedWeights?
    private let plain: UnsafePointer<Float>

    /// - Parameters:
    ///   - weights: of `Convolution.weightShape`; must outlive this value.
    ///   - bias: `[out]`; nil is zeros.
    init(
        _ key: ConvolutionPrimitive.Key,
        _ units: ConvolutionPrimitive.Units,
        weights: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?
    ) {
        plain = weights
        let outChannels = key.convolution.paddedOutChannels
        let values = (0..<outChannels).map { bias?[$0] ?? 0 }
        guard let largest = key.input.element.largestWeight else {
            (self.bias, factors, bytes) = (values, [], nil)
            return
        }
        let count = key.convolution.weightShape.reduce(1, *)
        let bytes = RoundedWeights(
            UnsafeBufferPointer(start: weights, count: count),
            outChannels: outChannels,
            largest: largest
        )
        // What 1 of a sum stands for.
        let sums = bytes.units.map { $0 * units.input }
        self.bias = zip(values, sums).map { $0 / $1 }
        // A ReLU may follow the division by the output's unit, other activations must not.
        let divisor = key.convolution.activation.map { $0.isHomogeneous } ?? true ? units.output : 1
        factors = sums.map { $0 / divisor }
        self.bytes = bytes
    }

    /// How sums become outputs.
    func attributes(
        _ key: ConvolutionPrimitive.Key,
        _ units: ConvolutionPrimitive.Units
    ) throws -> DNNLAttributes {
        let added = key.added.map {
            DNNLAttributes.Added(
                element: $0.element == key.output.element ? nil : $0.element,
                factor: units.added / units.output
            )
        }
        let activation = key.convolution.activation.map {
            (kind: $0, factor: bytes != nil && !$0.isHomogeneous ? 1 / units.output : 1)
        }
        return try DNNLAttributes(factors: factors, added: added, activation: activation)
    }

    /// Lends the weights in the order of `Convolution.weightShape`.
    func withWeights(_ body: (ElementType, UnsafeRawPointer) throws -> Void) throws {
        guard let bytes else { return try body(.float32, plain) }
        try bytes.values.withUnsafeBytes { try body(.int8, $0.baseAddress!) }
    }
}

extension ElementType {
    /// The type of weights that values of this type are multiplied by.
    var ofWeights: ElementType { self == .uint8 ? .int8 : self }

    /// The byte that stands for the largest weight that bytes of this type are multiplied by; nil where weights are no bytes.
    ///
    /// Without VNNI, two products are added to 16 bits, which would overflow; oneDNN itself halves weights for signed bytes.
    fileprivate var largestWeight: Float? {
        switch self {
        case .float32, .bfloat16: nil
        case .int8: 127
        case .uint8: HostArithmetic.hasByteProducts ? 127 : 63
        }
    }
}

extension Activation {
    /// Whether a positive factor may stand before or behind it.
    var isHomogeneous: Bool { self == .relu }
}
