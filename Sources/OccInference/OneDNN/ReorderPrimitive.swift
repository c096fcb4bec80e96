internal import CDNNL

/// Copies memory from one layout to another.
struct ReorderPrimitive: Sendable {
    private let engine: DNNLEngine
    private let primitive: DNNLPrimitive

    /// Prepares a copy.
    ///
    /// - Throws: `InferenceError` (`library`).
    init(
        _ engine: DNNLEngine, from source: UnsafePointer<dnnl_memory_desc_t>,
        to target: UnsafePointer<dnnl_memory_desc_t>
    ) throws {
        self.engine = engine
        var descriptor: dnnl_primitive_desc_t?
        let attributes = try DNNLAttributes()
        try DNNL.check(
            dnnl_reorder_primitive_desc_create(
                &descriptor, source, engine.raw, target, engine.raw, attributes.raw), "plan a reorder")
        primitive = try DNNLPrimitive(descriptor!, "a reorder")
    }

    var scratchBytes: Int { primitive.scratchBytes }

    /// Fixes the addresses.
    func arguments(
        source: UnsafeMutableRawPointer, target: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
    ) throws -> DNNLArguments {
        let arguments = DNNLArguments(engine)
        try arguments.add(DNNL_ARG_FROM, primitive.md(dnnl_query_src_md), source)
        try arguments.add(DNNL_ARG_TO, primitive.md(dnnl_query_dst_md), target)
        try arguments.add(DNNL_ARG_SCRATCHPAD, primitive.md(dnnl_query_scratchpad_md), scratch)
        return arguments
    }

    func run(_ arguments: DNNLArguments, on stream: DNNLStream) throws {
        try primitive.run(arguments, on: stream)
    }

    /// Copies once, now.
    static func copy(
        _ engine: DNNLEngine, from source: UnsafePointer<dnnl_memory_desc_t>, at sourcePointer: UnsafeRawPointer,
        to target: UnsafePointer<dnnl_memory_desc_t>, at targetPointer: UnsafeMutableRawPointer
    ) throws {
        let reorder = try ReorderPrimitive(engine, from: source, to: target)
        let scratch = AlignedBytes(count: reorder.scratchBytes)
        let arguments = try reorder.arguments(
            source: UnsafeMutableRawPointer(mutating: sourcePointer), target: targetPointer,
            scratch: scratch.pointer)
        try reorder.run(arguments, on: DNNLStream(engine))
    }
}

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
            source: arena.floats(input), target: arena.floats(output), scratch: arena.scratch)
        let (primitive, stream) = (primitive, arena.stream)
        return { _ in try primitive.run(arguments, on: stream) }
    }
}

extension ProgramBuilder {
    /// The same map in another layout; the map itself if it has that layout.
    func converted(_ input: FeatureMap, to layout: FeatureMap.Layout) throws -> FeatureMap {
        guard input.layout != layout || !input.isDense else { return input }
        let output = map(
            images: input.images, height: input.height, width: input.width, channels: input.channels, layout: layout)
        try reorder(input, to: output)
        return output
    }

    /// Copies a map into one of another layout.
    func reorder(_ input: FeatureMap, to output: FeatureMap) throws {
        precondition(input.shape == output.shape)
        try append { try ReorderOperation(input: input, output: output, $0) }
    }
}
