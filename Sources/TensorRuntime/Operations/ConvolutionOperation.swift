/// A full-precision convolution with what is fused into it.
struct ConvolutionOperation: Operation {
    let convolution: Convolution
    let input: Tensor
    let output: Tensor
    /// What stands in the output and is added before the activation: a view of its buffer.
    let added: Tensor?

    var reads: [Tensor] { [input] + (added.map { [$0] } ?? []) }
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
            added: added?.format
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

/// The type in which a convolution gives its result.
public enum ConvolutionResult: Sendable {
    /// As the next convolution reads it.
    case forConvolutions
    /// Real numbers, as other operations read them.
    case map
    /// float32.
    case float32
}

extension ProgramBuilder {
    /// Appends a convolution.
    ///
    /// It computes with what `arithmetic` says of the layer; copies are appended where its input is of another type.
    ///
    /// - Parameters:
    ///   - output: where the result goes; nil makes a new tensor of the input's layout, blocked if that is planar. If `addsToOutput`,
    ///     its content is added before the activation.
    /// - Returns: a view of `output`, or a new tensor where the result is of another size.
    /// - Throws: `TensorRuntimeError` (`misfit`).
    public func convolve(
        _ input: Tensor,
        _ convolution: Convolution,
        output: Tensor? = nil,
        addsToOutput: Bool = false,
        result: ConvolutionResult = .forConvolutions
    ) throws -> Tensor {
        guard input.channels == convolution.paddedInChannels else {
            throw TensorRuntimeError(
                .misfit,
                "layer '\(convolution.name)' reads \(convolution.inChannels) channels, but is given \(input.channels)"
            )
        }
        precondition(output != nil || !addsToOutput)
        var element = arithmetic.element(of: convolution)
        // Bytes are added to bytes only.
        if addsToOutput, element == .int8, output?.element.largestByte == nil { element = arithmetic.higher }
        let source = ready(input, as: element, for: convolution)
        let wanted = resultElement(of: convolution, computedAs: element, result)
        var target = output
        if addsToOutput, let shortcut = output, shortcut.element.byteCount != wanted.byteCount {
            target = copied(shortcut, as: wanted, layout: shortcut.layout)
        }
        if target?.element.byteCount != wanted.byteCount {
            target = tensor(
                images: convolution.isVolume ? convolution.outputLength(input.images) : input.images,
                height: convolution.outputLength(input.height),
                width: convolution.outputLength(input.width),
                channels: convolution.paddedOutChannels,
                element: wanted,
                layout: source.layout == .planar ? .blocked : source.layout
            )
        }
        let scale = wanted.largestByte == nil ? nil : convolution.outputScale
        let written = target!.reinterpreted(as: wanted, scale: scale)
        append(
            ConvolutionOperation(
                convolution: convolution,
                input: source,
                output: written,
                added: addsToOutput ? target : nil
            )
        )
        if observesRanges {
            tap(convolution.inputScale, source)
            tap(convolution.outputScale, written)
        }
        // The caller's tensor gets what could not be written there at once.
        if let output, !addsToOutput, output.buffer != written.buffer { reorder(written, to: output) }
        return written
    }

    /// The type in which a layer gives what the next convolution reads.
    public func resultElement(of convolution: Convolution) -> ElementType {
        resultElement(of: convolution, computedAs: arithmetic.element(of: convolution), .forConvolutions)
    }

    /// The tensor as a layer that computes with a type reads it.
    private func ready(_ input: Tensor, as element: ElementType, for convolution: Convolution) -> Tensor {
        switch element {
        case .float32:
            input.element == .float32 ? input : copied(input, as: .float32, layout: input.layout)
        case .bfloat16:
            input.element == .bfloat16 && input.layout != .planar
                ? input : copied(input, as: .bfloat16, layout: .channelsLast)
        case .int8, .uint8:
            input.element.largestByte != nil
                ? input : copied(input, as: .int8, layout: .channelsLast, scale: convolution.inputScale)
        }
    }

    private func resultElement(
        of convolution: Convolution,
        computedAs element: ElementType,
        _ result: ConvolutionResult
    ) -> ElementType {
        switch (result, element) {
        case (.float32, _), (_, .float32): .float32
        case (.forConvolutions, .bfloat16): .bfloat16
        case (.forConvolutions, _): convolution.activation == nil ? .int8 : .uint8
        // oneDNN writes bfloat16 only where it multiplies it.
        case (.map, _): HostArithmetic.hasBFloat16 ? arithmetic.maps : .float32
        }
    }
}
