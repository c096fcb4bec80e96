/// One tensor that a layer expects in a published `state_dict`.
public struct TensorSpec: Equatable, Hashable, Sendable {
    /// What a tensor is for; it decides nothing but how formula weights are drawn and how parameters are counted.
    public enum Kind: Equatable, Hashable, Sendable {
        /// Weights of a convolution, `[out, in, kernel, kernel]`.
        case convolution
        /// Weights of a convolution that are used as signs times a scale.
        case binaryConvolution
        /// Weights of the last convolution of a detection head, drawn small: its maps are read as exponents.
        case detectionOutput
        /// Weights of a linear layer, `[out, in]`, or of a 3D convolution.
        case linear
        /// Bias of a convolution, a linear layer or a batch norm, `[channels]`.
        case bias
        /// Weight of a batch norm, `[channels]`.
        case normWeight
        /// Weight of the last batch norm before a bottleneck's addition, `[channels]`.
        case residualNormWeight
        /// `running_mean` of a batch norm: a buffer, not a parameter.
        case normMean
        /// `running_var` of a batch norm: a buffer, not a parameter.
        case normVariance
        /// Slope of a PReLU, `[channels]`.
        case slope
        /// A learnable shift, `[1, channels, 1, 1]`.
        case shift
        /// The factor of a redistribution, `[1, channels, 1, 1]`.
        case redistributionScale
        /// A value that matters for training only.
        case trainingOnly

        /// Whether it is a learnable shift or factor around a sign or an RPReLU.
        var isShift: Bool { self == .shift || self == .redistributionScale || self == .trainingOnly }
    }

    /// The published name, such as `img_backbone.layer1.0.conv1.weight`.
    public var name: String
    /// Lengths of its axes.
    public var shape: [Int]
    /// What it is for.
    public var kind: Kind

    /// Makes a specification from its parts.
    public init(_ name: String, _ shape: [Int], _ kind: Kind) {
        self.name = name
        self.shape = shape
        self.kind = kind
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// Whether it counts as a parameter: statistics of a batch norm do not.
    public var isParameter: Bool { kind != .normMean && kind != .normVariance }
}
