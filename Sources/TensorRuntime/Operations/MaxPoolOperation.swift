internal import CDNNL

/// Maximum of 3x3 windows, stride 2, padding 1: the pooling of a ResNet's stem.
struct MaxPoolOperation: Operation {
    let input: Tensor
    let output: Tensor

    var reads: [Tensor] { [input] }
    var writes: [Tensor] { [output] }

    func prepare(_ context: PreparationContext) throws -> any PreparedOperation {
        let engine = context.engine
        var source = try engine.md(input.format)
        var target = try engine.md(output.format)
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
        return Prepared(
            input: input,
            output: output,
            engine: engine,
            primitive: try DNNLPrimitive(plan!, "a pooling")
        )
    }

    private struct Prepared: PreparedOperation {
        let input: Tensor
        let output: Tensor
        let engine: DNNLEngine
        let primitive: DNNLPrimitive

        var scratchBytes: Int { primitive.scratchBytes }

        func bind(_ memory: BoundMemory) throws -> BoundStep {
            let arguments = DNNLArguments(engine)
            try arguments.add(DNNL_ARG_SRC, primitive.md(dnnl_query_src_md), memory.bytes(input))
            try arguments.add(DNNL_ARG_DST, primitive.md(dnnl_query_dst_md), memory.bytes(output))
            try arguments.add(DNNL_ARG_SCRATCHPAD, primitive.md(dnnl_query_scratchpad_md), memory.scratch)
            let (primitive, stream) = (primitive, memory.stream)
            return { _ in try primitive.run(arguments, on: stream) }
        }
    }
}

extension ProgramBuilder {
    /// The pooling of a ResNet's stem: halves the size.
    public func maxPool(_ input: Tensor) -> Tensor {
        let output = tensor(
            images: input.images,
            height: (input.height - 1) / 2 + 1,
            width: (input.width - 1) / 2 + 1,
            channels: input.channels,
            element: input.element,
            layout: input.layout,
            scale: input.scale
        )
        append(MaxPoolOperation(input: input, output: output))
        return output
    }
}
