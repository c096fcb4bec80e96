internal import TensorRuntime

/// Two 3x3x3 convolutions around a shortcut.
///
/// Source: `BasicBlock3D` in `backbones/resnet.py`.
struct BasicBlock3D: Layer {
    let name: String
    let inChannels: Int
    let outChannels: Int
    let stride: Int
    /// Whether the shortcut has a convolution.
    let hasDownsampleLayer: Bool

    var typeName: String { "BasicBlock3D" }
    var children: [any Layer] { [first, second] + (downsample.map { [$0] } ?? []) }

    private var first: ConvolutionLayer { convolution("conv1", inChannels, stride: stride) }
    /// Its ReLU follows the addition.
    private var second: ConvolutionLayer { convolution("conv2", outChannels, stride: 1) }
    private var downsample: ConvolutionLayer? {
        guard hasDownsampleLayer else { return nil }
        var layer = convolution("downsample", inChannels, stride: stride)
        layer.hasReLU = false
        return layer
    }

    private func convolution(_ module: String, _ inputs: Int, stride: Int) -> ConvolutionLayer {
        ConvolutionLayer(
            name: "\(name).\(module).conv",
            inChannels: inputs,
            outChannels: outChannels,
            kernel: 3,
            stride: stride,
            norm: BatchNorm(name: "\(name).\(module).bn", channels: outChannels),
            hasReLU: true,
            isVolume: true
        )
    }

    /// Appends the block; without a layer in the shortcut the result replaces the input in place.
    func emit(_ input: Tensor, to program: ProgramBuilder) throws -> Tensor {
        let hidden = try first.emit(input, to: program)
        let sum = try downsample?.emit(input, to: program) ?? input
        return try second.emit(hidden, to: program, output: sum, addsToOutput: true)
    }
}
