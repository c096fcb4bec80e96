/// A full-precision convolution with what is fused into it.
struct ConvolutionOperation: Operation {
    let convolution: Convolution
    let input: Tensor
    let output: Tensor
    let addsToOutput: Bool

    var reads: [Tensor] { addsToOutput ? [input, output] : [input] }
    var writes: [Tensor] { [output] }
    var costs: [LayerCost] {
        [
            LayerCost(
                layer: convolution.name,
                output: output.shape,
                fullPrecisionMACs: output.images * output.pixels * convolution.outChannels * convolution.inChannels
                    * convolution.window
            )
        ]
    }

    func prepare(_ context: PreparationContext) throws -> any PreparedOperation {
        let key = ConvolutionPrimitive.Key(
            convolution: convolution,
            input: input.format,
            output: output.format,
            addsToOutput: addsToOutput
        )
        if let winograd = try context.winograd(key) {
            return PreparedWinograd(input: input, output: output, winograd: winograd)
        }
        return Prepared(input: input, output: output, primitive: try context.convolution(key))
    }

    private struct PreparedWinograd: PreparedOperation {
        let input: Tensor
        let output: Tensor
        let winograd: WinogradConvolution

        var scratchBytes: Int { winograd.scratchBytes }

        func bind(_ memory: BoundMemory) throws -> BoundStep {
            let (winograd, scratch) = (winograd, memory.scratch)
            let (x, y) = (UnsafePointer(memory.floats(input)), memory.floats(output))
            return { _ in winograd.run(x, y, scratch: scratch) }
        }
    }

    private struct Prepared: PreparedOperation {
        let input: Tensor
        let output: Tensor
        let primitive: ConvolutionPrimitive

        var scratchBytes: Int { primitive.scratchBytes }

        func bind(_ memory: BoundMemory) throws -> BoundStep {
            let arguments = try primitive.arguments(
                input: memory.bytes(input),
                output: memory.bytes(output),
                scratch: memory.scratch
            )
            let (primitive, stream) = (primitive, memory.stream)
            return { _ in try primitive.run(arguments, on: stream) }
        }
    }
}

extension ProgramBuilder {
    /// Appends a convolution.
    ///
    /// - Parameters:
    ///   - output: where the result goes; nil makes a new tensor of the input's layout, blocked if that is planar. If `addsToOutput`,
    ///     its content is added before the activation.
    /// - Throws: `TensorRuntimeError` (`misfit`).
    public func convolve(
        _ input: Tensor,
        _ convolution: Convolution,
        output: Tensor? = nil,
        addsToOutput: Bool = false
    ) throws -> Tensor {
        guard input.channels == convolution.paddedInChannels else {
            throw TensorRuntimeError(
                .misfit,
                "layer '\(convolution.name)' reads \(convolution.inChannels) channels, but is given \(input.channels)"
            )
        }
        let result =
            output
            ?? tensor(
                images: convolution.isVolume ? convolution.outputLength(input.images) : input.images,
                height: convolution.outputLength(input.height),
                width: convolution.outputLength(input.width),
                channels: convolution.paddedOutChannels,
                layout: input.layout == .planar ? .blocked : input.layout
            )
        append(
            ConvolutionOperation(convolution: convolution, input: input, output: result, addsToOutput: addsToOutput)
        )
        return result
    }
}
