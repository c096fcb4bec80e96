internal import CDNNL

/// Maximum of 3x3 windows, stride 2, padding 1: the pooling of a ResNet's stem.
struct MaxPoolOperation: Operation {
    private let input: FeatureMap
    private let output: FeatureMap
    private let engine: DNNLEngine
    private let primitive: DNNLPrimitive

    init(input: FeatureMap, output: FeatureMap, _ context: PreparationContext) throws {
        self.input = input
        self.output = output
        engine = context.engine
        var source = try engine.md(input)
        var target = try engine.md(output)
        let attributes = try DNNLAttributes()
        var description = dnnl_pooling_desc_t()
        try DNNL.check(
            dnnl_pooling_forward_desc_init(
                &description,
                dnnl_forward_inference,
                dnnl_pooling_max,
                &source,
                &target,
                [2, 2],
                [3, 3],
                [1, 1],
                [1, 1]
            ),
            "describe a pooling"
        )
        var plan: dnnl_primitive_desc_t?
        try DNNL.check(
            dnnl_primitive_desc_create(&plan, &description, attributes.raw, engine.raw, nil),
            "plan a pooling"
        )
        primitive = try DNNLPrimitive(plan!, "a pooling")
    }

    var reads: [BufferID] { [input.buffer] }
    var writes: [BufferID] { [output.buffer] }
    var scratchBytes: Int { primitive.scratchBytes }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let arguments = DNNLArguments(engine)
        try arguments.add(DNNL_ARG_SRC, primitive.md(dnnl_query_src_md), arena.floats(input))
        try arguments.add(DNNL_ARG_DST, primitive.md(dnnl_query_dst_md), arena.floats(output))
        try arguments.add(DNNL_ARG_SCRATCHPAD, primitive.md(dnnl_query_scratchpad_md), arena.scratch)
        let (primitive, stream) = (primitive, arena.stream)
        return { _ in try primitive.run(arguments, on: stream) }
    }
}

extension ProgramBuilder {
    /// The pooling of a ResNet's stem: halves the size.
    func maxPool(_ input: FeatureMap) throws -> FeatureMap {
        let output = map(
            images: input.images,
            height: (input.height - 1) / 2 + 1,
            width: (input.width - 1) / 2 + 1,
            channels: input.channels,
            layout: input.layout
        )
        try append { try MaxPoolOperation(input: input, output: output, $0) }
        return output
    }
}
