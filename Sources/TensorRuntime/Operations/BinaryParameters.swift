internal import BinaryKernels

/// A PReLU between two shifts: the names of its parameters, one number a channel.
public struct RPReLUParameters: Hashable, Sendable {
    var shiftIn: String
    var slope: String
    var shiftOut: String

    /// Names the three.
    public init(shiftIn: String, slope: String, shiftOut: String) {
        self.shiftIn = shiftIn
        self.slope = slope
        self.shiftOut = shiftOut
    }
}

/// A factor and a shift for every channel: the names of the two parameters.
public struct ScaleParameters: Hashable, Sendable {
    var scale: String
    var shift: String

    /// Names the two.
    public init(scale: String, shift: String) {
        self.scale = scale
        self.shift = shift
    }
}

/// A convolution with binary weights and what follows it: its numbers and the names of its parameters.
public struct BinaryConvolutionParameters: Hashable, Sendable {
    /// Channels that it reads.
    public var inChannels: Int
    /// Channels that it writes.
    public var outChannels: Int
    /// 1 or 3.
    public var kernel: Int
    var signs: String
    var nonzero: String
    var alpha: String
    var beta: String?
    var activation: RPReLUParameters?

    /// Makes a convolution from its parts.
    ///
    /// - Parameters:
    ///   - signs: packed signs of the weights, in words.
    ///   - nonzero: which weights are not zero, in words; there is none of that name if no weight is.
    ///   - alpha: factor of the sum.
    ///   - beta: what is added to it then; nil is nothing.
    public init(
        inChannels: Int,
        outChannels: Int,
        kernel: Int,
        signs: String,
        nonzero: String,
        alpha: String,
        beta: String?,
        activation: RPReLUParameters?
    ) {
        self.inChannels = inChannels
        self.outChannels = outChannels
        self.kernel = kernel
        self.signs = signs
        self.nonzero = nonzero
        self.alpha = alpha
        self.beta = beta
        self.activation = activation
    }

    /// The convolution of an input of that size; its numbers are checked.
    func shape(of layer: String, height: Int, width: Int, stride: Int) throws -> occ_conv {
        let shape = occ_conv(
            height: height,
            width: width,
            in_channels: inChannels,
            out_channels: outChannels,
            kernel: kernel,
            stride: stride
        )
        let problem = withUnsafePointer(to: shape) { occ_conv_problem($0).map { String(cString: $0) } }
        if let problem { throw TensorRuntimeError(.misfit, "layer '\(layer)': \(problem)") }
        return shape
    }

    /// The packed bits.
    func weights(in source: any ParameterSource) throws -> occ_weights {
        let count = occ_weight_words(outChannels, inChannels, kernel)
        return occ_weights(
            signs: try source.words(signs, count: count),
            nonzero: source.contains(nonzero) ? try source.words(nonzero, count: count) : nil
        )
    }

    /// What follows the sum.
    func epilogue(in source: any ParameterSource) throws -> occ_epilogue {
        occ_epilogue(
            alpha: try source.floats(alpha, count: outChannels),
            beta: try beta.map { try source.floats($0, count: outChannels) },
            shift_in: try activation.map { try source.floats($0.shiftIn, count: outChannels) },
            slope: try activation.map { try source.floats($0.slope, count: outChannels) },
            shift_out: try activation.map { try source.floats($0.shiftOut, count: outChannels) }
        )
    }
}

/// What the end of a binary unit does besides adding its own input, so that the work around units costs no pass of its own.
public struct UnitTail: Sendable {
    /// Added after the unit's own shortcut.
    public var skip: Tensor?
    /// Factor after the additions.
    public var factor: Float
    /// RPReLU at the very end.
    public var activation: RPReLUParameters?

    /// Makes a tail from its parts.
    public init(skip: Tensor? = nil, factor: Float = 1, activation: RPReLUParameters? = nil) {
        self.skip = skip
        self.factor = factor
        self.activation = activation
    }

    /// Whether the unit ends as if nothing were around it.
    public var isPlain: Bool { skip == nil && factor == 1 && activation == nil }
}

/// The end of a unit, whole but for addresses of tensors.
struct UnitEnding: @unchecked Sendable {
    // Guard: read-only memory that lives as long as the program.
    private let identityChannels: Int
    private let norm: (scale: UnsafePointer<Float>?, shift: UnsafePointer<Float>?)
    private let factor: Float
    private let activation:
        (shiftIn: UnsafePointer<Float>?, slope: UnsafePointer<Float>?, shiftOut: UnsafePointer<Float>?)

    /// Makes an ending.
    ///
    /// - Parameters:
    ///   - identityChannels: channels of the shortcut, which are repeated to fill all; 0 is all.
    ///   - norm: what is done to the shortcut.
    ///   - channels: channels of the result.
    init(
        identityChannels: Int = 0,
        norm: ScaleParameters? = nil,
        factor: Float,
        activation: RPReLUParameters? = nil,
        channels: Int,
        in source: any ParameterSource
    ) throws {
        func floats(_ name: String?) throws -> UnsafePointer<Float>? {
            try name.map { try source.floats($0, count: channels) }
        }
        self.identityChannels = identityChannels
        self.norm = (try floats(norm?.scale), try floats(norm?.shift))
        self.factor = factor
        self.activation = (
            try floats(activation?.shiftIn), try floats(activation?.slope), try floats(activation?.shiftOut)
        )
    }

    /// The ending of one image; addends that are not there are nil.
    func of(
        _ x: occ_map,
        gate: UnsafePointer<Float>? = nil,
        identity: occ_map?,
        skip: occ_map? = nil,
        into y: occ_target
    ) -> occ_residual {
        occ_residual(
            x: x,
            gate: gate,
            identity: identity ?? occ_map(),
            identity_channels: identityChannels,
            identity_scale: norm.scale,
            identity_shift: norm.shift,
            skip: skip ?? occ_map(),
            factor: factor,
            shift_in: activation.shiftIn,
            slope: activation.slope,
            shift_out: activation.shiftOut,
            y: y
        )
    }
}

extension occ_map {
    /// What was written.
    init(_ target: occ_target) {
        self.init(values: UnsafeRawPointer(target.values), stride: target.stride, element: target.element)
    }
}

extension occ_map {
    /// The same pixels from some channel on.
    func channels(from first: Int) -> occ_map {
        occ_map(values: values.map { $0 + first * element.byteCount }, stride: stride, element: element)
    }
}

extension occ_target {
    /// The same pixels from some channel on.
    func channels(from first: Int) -> occ_target {
        occ_target(values: values.map { $0 + first * element.byteCount }, stride: stride, element: element)
    }
}

extension occ_element {
    fileprivate var byteCount: Int { self == occ_element_float32 ? 4 : 2 }
}
