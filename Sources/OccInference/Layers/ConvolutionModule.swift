internal import TensorRuntime

/// A full-precision 3x3 convolution with batch norm and ReLU as `ConvModule` of mmcv names them, on channels-last maps.
struct ConvolutionModule: MapLayer {
    let name: String
    let inChannels: Int
    let outChannels: Int

    var typeName: String { "ConvModule" }
    var children: [any Layer] { [convolution] }

    private var convolution: ConvolutionLayer {
        ConvolutionLayer(
            name: name + ".conv",
            inChannels: inChannels,
            outChannels: outChannels,
            kernel: 3,
            norm: BatchNorm(name: name + ".bn", channels: outChannels),
            hasReLU: true
        )
    }

    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor?) throws -> Tensor {
        try check(input)
        return try convolution.emit(input, to: program, output: output)
    }
}
