internal import CDNNL

/// A full-precision 3D convolution of a channels-last map whose images are cells in z.
struct VolumeConvolutionOperation: Operation {
    private let input: FeatureMap
    private let output: FeatureMap
    private let addsToOutput: Bool
    private let engine: DNNLEngine
    private let primitive: DNNLPrimitive
    private let weights: AlignedBytes
    private let bias: AlignedBytes

    /// Plans a convolution and lays out its weights.
    ///
    /// - Throws: `InferenceError` (`library`, or `badConfiguration` where a map is no dense channels-last map).
    init(
        _ layer: ConvolutionLayer,
        input: FeatureMap,
        output: FeatureMap,
        addsToOutput: Bool,
        _ context: PreparationContext
    ) throws {
        guard input.layout == .channelsLast, output.layout == .channelsLast, input.isDense, output.isDense else {
            throw InferenceError(.badConfiguration, "layer '\(layer.name)' reads and writes whole channels-last maps")
        }
        self.input = input
        self.output = output
        self.addsToOutput = addsToOutput
        engine = context.engine
        primitive = try DNNLPrimitive(
            try Self.plan(engine, layer, input, output, addsToOutput: addsToOutput),
            "layer '\(layer.name)'"
        )

        let shape = [layer.outChannels, layer.inChannels] + [Int](repeating: layer.kernel, count: 3)
        let wanted = primitive.md(dnnl_query_weights_md)
        weights = AlignedBytes(count: dnnl_memory_desc_get_size(wanted), alignment: 4096)
        var plain = try engine.md(shape, dnnl_oidhw)
        try ReorderPrimitive.copy(
            engine,
            from: &plain,
            at: try context.package.floats(layer.name + ".weight", count: shape.reduce(1, *)),
            to: wanted,
            at: weights.pointer
        )
        bias = AlignedBytes(count: layer.outChannels * MemoryLayout<Float>.stride)
        if layer.hasPackedBias {
            bias.pointer.copyMemory(
                from: try context.package.floats(layer.name + ".bias", count: layer.outChannels),
                byteCount: bias.count
            )
        }
    }

    private static func plan(
        _ engine: DNNLEngine,
        _ layer: ConvolutionLayer,
        _ input: FeatureMap,
        _ output: FeatureMap,
        addsToOutput: Bool
    ) throws -> dnnl_primitive_desc_t {
        func volume(_ map: FeatureMap) throws -> dnnl_memory_desc_t {
            try engine.md([1, map.channels, map.images, map.height, map.width], dnnl_ndhwc)
        }
        var source = try volume(input)
        var target = try volume(output)
        let shape = [layer.outChannels, layer.inChannels] + [Int](repeating: layer.kernel, count: 3)
        var weights = try engine.md(shape, dnnl_format_tag_any)
        var bias = try engine.md([layer.outChannels], dnnl_x)
        let strides = [Int64](repeating: Int64(layer.stride), count: 3)
        let padding = [Int64](repeating: Int64(layer.kernel / 2), count: 3)
        var description = dnnl_convolution_desc_t()
        try DNNL.check(
            dnnl_convolution_forward_desc_init(
                &description,
                dnnl_forward_inference,
                dnnl_convolution_direct,
                &source,
                &weights,
                &bias,
                &target,
                strides,
                padding,
                padding
            ),
            "describe layer '\(layer.name)'"
        )
        let attributes = try DNNLAttributes(
            addsToOutput: addsToOutput,
            activation: layer.hasReLU ? dnnl_eltwise_relu : nil
        )
        var plan: dnnl_primitive_desc_t?
        try DNNL.check(
            dnnl_primitive_desc_create(&plan, &description, attributes.raw, engine.raw, nil),
            "plan layer '\(layer.name)'"
        )
        guard let plan else {
            throw InferenceError(.library, "oneDNN has no convolution for layer '\(layer.name)'")
        }
        return plan
    }

    var reads: [BufferID] { addsToOutput ? [input.buffer, output.buffer] : [input.buffer] }
    var writes: [BufferID] { [output.buffer] }
    var scratchBytes: Int { primitive.scratchBytes }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let arguments = DNNLArguments(engine)
        try arguments.add(DNNL_ARG_SRC, primitive.md(dnnl_query_src_md), arena.floats(input))
        try arguments.add(DNNL_ARG_WEIGHTS, primitive.md(dnnl_query_weights_md), weights.pointer)
        var biasMD = try engine.md([output.channels], dnnl_x)
        try arguments.add(DNNL_ARG_BIAS, &biasMD, bias.pointer)
        try arguments.add(DNNL_ARG_DST, primitive.md(dnnl_query_dst_md), arena.floats(output))
        try arguments.add(DNNL_ARG_SCRATCHPAD, primitive.md(dnnl_query_scratchpad_md), arena.scratch)
        // The operation keeps the weights, to which the arguments point.
        let (operation, stream) = (self, arena.stream)
        return { _ in try operation.primitive.run(arguments, on: stream) }
    }
}
