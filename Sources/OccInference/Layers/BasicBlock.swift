internal import TensorRuntime

/// A block of a residual image backbone.
protocol ResidualBlock: Layer {
    /// The convolution that writes the block's result.
    var result: Convolution { get }

    /// Appends the block; the result is a map of the input's layout.
    ///
    /// - Parameter output: where the result goes if the shortcut has a layer; nil makes a new map. Without such a layer the
    ///   result replaces the input in place.
    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor?) throws -> Tensor
}

/// Two 3x3 convolutions around a shortcut.
///
/// Source: `mmdet.models.backbones.resnet.BasicBlock`, with the 3x3 shortcut that `CustomResNet` in `backbones/resnet.py` gives to the
/// first block of a stage, or with the 1x1 and its batch norm of an image backbone.
struct BasicBlock: ResidualBlock {
    let name: String
    let inChannels: Int
    let outChannels: Int
    let stride: Int
    /// Whether the shortcut has a convolution.
    let hasDownsampleLayer: Bool
    var downsampleKernel = 3
    /// Whether that convolution is a 1x1 with a batch norm rather than one with a bias.
    var hasPointwiseDownsampleLayer = false
    /// Channels of zeros behind the inputs.
    var inPadding = 0

    var typeName: String { "BasicBlock" }
    var children: [any Layer] { [first, second] + (downsample.map { [$0] } ?? []) }

    private var first: ConvolutionLayer {
        var layer = convolution(1, inChannels, stride: stride)
        layer.inPadding = inPadding
        return layer
    }
    /// Its ReLU follows the addition.
    private var second: ConvolutionLayer { convolution(2, outChannels, stride: 1) }
    private var downsample: ConvolutionLayer? {
        guard hasDownsampleLayer else { return nil }
        if hasPointwiseDownsampleLayer {
            return ConvolutionLayer(
                name: name + ".downsample.0",
                inChannels: inChannels,
                outChannels: outChannels,
                kernel: 1,
                stride: stride,
                norm: BatchNorm(name: name + ".downsample.1", channels: outChannels)
            )
        }
        return ConvolutionLayer(
            name: name + ".downsample",
            inChannels: inChannels,
            outChannels: outChannels,
            kernel: downsampleKernel,
            stride: stride,
            inPadding: inPadding,
            hasBias: true
        )
    }

    var result: Convolution { second.parameters(.relu) }

    private func convolution(_ number: Int, _ inputs: Int, stride: Int) -> ConvolutionLayer {
        ConvolutionLayer(
            name: "\(name).conv\(number)",
            inChannels: inputs,
            outChannels: outChannels,
            kernel: 3,
            stride: stride,
            norm: BatchNorm(name: "\(name).bn\(number)", channels: outChannels),
            hasReLU: true
        )
    }

    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor?) throws -> Tensor {
        let hidden = try first.emit(input, to: program)
        let sum = try downsample?.emit(input, to: program, output: output) ?? input
        return try second.emit(hidden, to: program, output: sum, addsToOutput: true)
    }

    /// Appends the block; without a layer in the shortcut the result replaces the input in place.
    func emit(_ input: Tensor, to program: ProgramBuilder) throws -> Tensor {
        try emit(input, to: program, output: nil)
    }
}
