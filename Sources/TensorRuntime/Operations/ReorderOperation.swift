internal import CDNNL

/// Copies a tensor into another layout or element type.
struct ReorderOperation: Operation {
    let input: Tensor
    let output: Tensor

    var reads: [Tensor] { [input] }
    var writes: [Tensor] { [output] }

    func prepare(_ context: PreparationContext) throws -> any PreparedOperation {
        var source = try context.engine.md(input.format)
        var target = try context.engine.md(output.format)
        return Prepared(
            input: input,
            output: output,
            primitive: try ReorderPrimitive(
                context.engine,
                from: &source,
                to: &target,
                factor: try context.unit(of: input.format) / context.unit(of: output.format)
            )
        )
    }

    private struct Prepared: PreparedOperation {
        let input: Tensor
        let output: Tensor
        let primitive: ReorderPrimitive

        var scratchBytes: Int { primitive.scratchBytes }

        func bind(_ memory: BoundMemory) throws -> BoundStep {
            let arguments = try primitive.arguments(
                source: memory.bytes(input),
                target: memory.bytes(output),
                scratch: memory.scratch
            )
            let (primitive, stream) = (primitive, memory.stream)
            return { _ in try primitive.run(arguments, on: stream) }
        }
    }
}

extension ProgramBuilder {
    /// The same tensor in another layout; the tensor itself if it has that layout.
    public func converted(_ input: Tensor, to layout: Tensor.Layout) -> Tensor {
        guard input.layout != layout || !input.isDense else { return input }
        return copied(input, as: layout == .blocked ? .float32 : input.element, layout: layout, scale: input.scale)
    }

    /// The tensor as convolutions read it best; the tensor itself if it is so.
    public func asConvolutionInput(_ input: Tensor) -> Tensor { converted(input, to: arithmetic.layout) }

    /// The tensor as a channels-last map of real numbers, which all operations but convolutions read; the tensor itself if it is one.
    public func asMap(_ input: Tensor) -> Tensor {
        let isReal = input.element == .float32 || input.element == arithmetic.maps
        if isReal { return converted(input, to: .channelsLast) }
        return copied(input, as: arithmetic.maps, layout: .channelsLast)
    }

    /// A copy of other element type or layout.
    func copied(_ input: Tensor, as element: ElementType, layout: Tensor.Layout, scale: String? = nil) -> Tensor {
        let output = tensor(
            images: input.images,
            height: input.height,
            width: input.width,
            channels: input.channels,
            element: element,
            layout: layout,
            scale: element.largestByte == nil ? nil : scale
        )
        reorder(input, to: output)
        return output
    }

    /// Copies a tensor into one of another layout or element type.
    public func reorder(_ input: Tensor, to output: Tensor) {
        precondition(input.shape == output.shape)
        append(ReorderOperation(input: input, output: output))
    }
}
