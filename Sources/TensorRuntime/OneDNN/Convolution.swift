/// What follows a convolution's sum.
public enum Activation: Hashable, Sendable {
    /// `max(x, 0)`.
    case relu
    /// `log(1 + exp(x))`.
    case softplus
}

/// A full-precision convolution: its numbers and the names of its parameters.
public struct Convolution: Hashable, Sendable {
    /// The layer's name, for messages and costs.
    public var name: String
    /// Channels of its inputs that mean something.
    public var inChannels: Int
    /// Channels of its outputs that mean something.
    public var outChannels: Int
    /// Channels of zeros behind the inputs, so that tensors have whole blocks.
    public var inPadding = 0
    /// Channels of zeros behind the outputs.
    public var outPadding = 0
    /// Rows and columns of the kernel, and levels of that of a volume; the zeros around the input keep its size.
    public var kernel: Int
    /// Pixels from output to output.
    public var stride = 1
    /// Pixels from tap to tap of the kernel; 1 for volumes.
    public var dilation = 1
    /// Whether the images of its tensors are the levels of a volume, which the kernel reaches across.
    public var isVolume = false
    /// What follows the sum.
    public var activation: Activation?
    /// The lowest type that it may be computed with; float32 where every bit counts.
    public var lowest = ElementType.int8
    /// Whether oneDNN's Winograd, which transforms a whole map at once, may be used for a 3x3 where it exists.
    public var mayUseWinograd = true
    /// Name of the weights, `[out, in, kernel, kernel]`, or `[out, in, kernel, kernel, kernel]` of a volume; padding included.
    public var weight: String
    /// Name of the bias, `[out]`.
    public var bias: String?

    /// Makes a plain 2D convolution; what differs is set afterwards.
    public init(name: String, inChannels: Int, outChannels: Int, kernel: Int, weight: String, bias: String?) {
        self.name = name
        self.inChannels = inChannels
        self.outChannels = outChannels
        self.kernel = kernel
        self.weight = weight
        self.bias = bias
    }

    /// Channels of the tensors that it reads.
    public var paddedInChannels: Int { inChannels + inPadding }
    /// Channels of the tensors that it writes.
    public var paddedOutChannels: Int { outChannels + outPadding }

    /// Name of the largest absolute value that is kept of its input when that is stored in bytes.
    public var inputScale: String { name + Self.inputScaleSuffix }
    /// What the names of scales of inputs end in.
    public static let inputScaleSuffix = ".input_scale"
    /// What the names of scales of outputs end in.
    public static let outputScaleSuffix = ".output_scale"
    /// The same of its output.
    public var outputScale: String { name + Self.outputScaleSuffix }

    /// Axes of the kernel.
    var axes: Int { isVolume ? 3 : 2 }
    /// `[out, in, kernel, ...]`.
    var weightShape: [Int] {
        [paddedOutChannels, paddedInChannels] + [Int](repeating: kernel, count: axes)
    }
    /// Taps of the kernel.
    var window: Int { (0..<axes).reduce(1) { window, _ in window * kernel } }

    /// Length of an axis of the output.
    func outputLength(_ input: Int) -> Int { (input + 2 * (kernel / 2) - kernel) / stride + 1 }
}
