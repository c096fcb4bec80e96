internal import CDNNL

/// Copies a feature map into another layout.
struct ReorderOperation: Operation {
    private let input: FeatureMap
    private let output: FeatureMap
    private let primitive: ReorderPrimitive

    init(input: FeatureMap, output: FeatureMap, _ context: PreparationContext) throws {
        self.input = input
        self.output = output
        var source = try context.engine.md(input)
        var target = try context.engine.md(output)
        primitive = try ReorderPrimitive(context.engine, from: &source, to: &target)
    }

    var reads: [BufferID] { [input.buffer] }
    var writes: [BufferID] { [output.buffer] }
    var scratchBytes: Int { primitive.scratchBytes }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let arguments = try primitive.arguments(
            source: arena.floats(input),
            target: arena.floats(output),
            scratch: arena.scratch
        )
        let (primitive, stream) = (primitive, arena.stream)
        return { _ in try primitive.run(arguments, on: stream) }
    }
}

extension ProgramBuilder {
    /// The same map in another layout; the map itself if it has that layout.
    func converted(_ input: FeatureMap, to layout: FeatureMap.Layout) throws -> FeatureMap {
        guard input.layout != layout || !input.isDense else { return input }
        let output = map(
            images: input.images,
            height: input.height,
            width: input.width,
            channels: input.channels,
            layout: layout
        )
        try reorder(input, to: output)
        return output
    }

    /// Copies a map into one of another layout.
    func reorder(_ input: FeatureMap, to output: FeatureMap) throws {
        precondition(input.shape == output.shape)
        try append { try ReorderOperation(input: input, output: output, $0) }
    }
}
