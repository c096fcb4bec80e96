internal import CDNNL

/// A full-precision convolution with what is fused into it.
struct ConvolutionOperation: Operation {
    private let input: FeatureMap
    private let output: FeatureMap
    private let addsToOutput: Bool
    private let primitive: ConvolutionPrimitive

    init(
        _ layer: ConvolutionLayer,
        input: FeatureMap,
        output: FeatureMap,
        addsToOutput: Bool,
        _ context: PreparationContext
    ) throws {
        self.input = input
        self.output = output
        self.addsToOutput = addsToOutput
        // A layer that runs image by image is prepared once.
        let key = "\(layer.name) \(input.layout) \(input.shape) \(output.layout) \(addsToOutput)"
        if let prepared = context.convolutions[key] {
            primitive = prepared
            return
        }
        let (inChannels, outChannels) = (layer.paddedInChannels, layer.paddedOutChannels)
        let weightCount = outChannels * inChannels * layer.kernel * layer.kernel
        let shape = ConvolutionPrimitive.Shape(
            layer: layer.name,
            inChannels: inChannels,
            outChannels: outChannels,
            kernel: layer.kernel,
            stride: layer.stride,
            dilation: layer.dilation,
            addsToOutput: addsToOutput,
            activation: layer.hasReLU ? dnnl_eltwise_relu : nil,
            mayUseWinograd: layer.mayUseWinograd
        )
        primitive = try ConvolutionPrimitive(
            context.engine,
            shape,
            input: try context.engine.md(input),
            output: try context.engine.md(output),
            weights: try context.package.floats(layer.name + ".weight", count: weightCount),
            bias: layer.hasPackedBias
                ? try context.package.floats(layer.name + ".bias", count: outChannels) : nil
        )
        context.convolutions[key] = primitive
    }

    var reads: [BufferID] { addsToOutput ? [input.buffer, output.buffer] : [input.buffer] }
    var writes: [BufferID] { [output.buffer] }
    var scratchBytes: Int { primitive.scratchBytes }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let arguments = try primitive.arguments(
            input: arena.floats(input),
            output: arena.floats(output),
            scratch: arena.scratch
        )
        let (primitive, stream) = (primitive, arena.stream)
        return { _ in try primitive.run(arguments, on: stream) }
    }
}
