internal import TensorRuntime

/// 1x1, 3x3 and 1x1 convolutions around a shortcut.
struct Bottleneck: ResidualBlock {
    let name: String
    let inChannels: Int
    let middleChannels: Int
    let outChannels: Int
    let stride: Int
    /// Whether the shortcut has a 1x1 convolution.
    let hasDownsampleLayer: Bool

    var typeName: String { "Bottleneck" }
    var children: [any Layer] { [first, second, third] + (downsample.map { [$0] } ?? []) }

    private var first: ConvolutionLayer {
        convolution("conv1", "bn1", inChannels, middleChannels, kernel: 1, stride: 1)
    }
    private var second: ConvolutionLayer {
        convolution("conv2", "bn2", middleChannels, middleChannels, kernel: 3, stride: stride)
    }
    /// Its ReLU follows the addition.
    private var third: ConvolutionLayer {
        var layer = convolution("conv3", "bn3", middleChannels, outChannels, kernel: 1, stride: 1)
        layer.norm?.isResidual = true
        return layer
    }
    private var downsample: ConvolutionLayer? {
        guard hasDownsampleLayer else { return nil }
        var layer = convolution("downsample.0", "downsample.1", inChannels, outChannels, kernel: 1, stride: stride)
        layer.hasReLU = false
        return layer
    }

    var result: Convolution { third.parameters(.relu) }

    private func convolution(
        _ module: String,
        _ norm: String,
        _ inputs: Int,
        _ outputs: Int,
        kernel: Int,
        stride: Int
    ) -> ConvolutionLayer {
        ConvolutionLayer(
            name: "\(name).\(module)",
            inChannels: inputs,
            outChannels: outputs,
            kernel: kernel,
            stride: stride,
            norm: BatchNorm(name: "\(name).\(norm)", channels: outputs),
            hasReLU: true
        )
    }

    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor?) throws -> Tensor {
        var hidden = try first.emit(input, to: program)
        hidden = try second.emit(hidden, to: program)
        let sum = try downsample?.emit(input, to: program, output: output) ?? input
        return try third.emit(hidden, to: program, output: sum, addsToOutput: true)
    }
}
