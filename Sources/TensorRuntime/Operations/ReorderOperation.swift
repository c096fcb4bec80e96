internal import CDNNL

/// Copies a tensor into another layout.
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
            primitive: try ReorderPrimitive(context.engine, from: &source, to: &target)
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
        let output = tensor(
            images: input.images,
            height: input.height,
            width: input.width,
            channels: input.channels,
            element: input.element,
            layout: layout
        )
        reorder(input, to: output)
        return output
    }

    /// Copies a tensor into one of another layout.
    public func reorder(_ input: Tensor, to output: Tensor) {
        precondition(input.shape == output.shape)
        append(ReorderOperation(input: input, output: output))
    }
}
