internal import CDNNL

/// A full-precision convolution of oneDNN with its weights in the layout that oneDNN wants.
public struct ConvolutionPrimitive: Sendable {
    /// All that decides what is prepared: primitives of equal keys are the same.
    struct Key: Hashable {
        var convolution: Convolution
        var input: Tensor.Format
        var output: Tensor.Format
        /// What stands in the output and is added before the activation; nil is nothing.
        var added: Tensor.Format?
    }

    /// What the bytes of its tensors stand for; 1 of other types.
    struct Units {
        var input: Float = 1
        var output: Float = 1
        var added: Float = 1
    }

    private let engine: DNNLEngine
    private let primitive: DNNLPrimitive
    private let weights: AlignedBytes
    private let bias: AlignedBytes

    /// Plans a convolution and lays out its weights.
    ///
    /// What it computes with follows from the type of its input: bytes are multiplied by weights rounded to bytes, bfloat16 by weights rounded
    /// to that.
    ///
    /// - Parameters:
    ///   - weights: of `Convolution.weightShape`, read now.
    ///   - bias: `[out]`, read now; nil is none.
    /// - Throws: `TensorRuntimeError` (`library`, or `misfit` where a volume is no dense channels-last tensor).
    init(
        _ engine: DNNLEngine,
        _ key: Key,
        _ units: Units = Units(),
        weights: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?
    ) throws {
        self.engine = engine
        let convolution = key.convolution
        if convolution.isVolume {
            guard [key.input, key.output].allSatisfy({ $0.layout == .channelsLast && $0.isDense }) else {
                throw TensorRuntimeError(
                    .misfit,
                    "layer '\(convolution.name)' reads and writes whole channels-last maps"
                )
            }
        }
        let layerWeights = LayerWeights(key, units, weights: weights, bias: bias)
        let attributes = try layerWeights.attributes(key, units)
        let canUseWinograd =
            convolution.mayUseWinograd && engine.hasWinograd && !convolution.isVolume && convolution.kernel == 3
            && convolution.stride == 1 && convolution.dilation == 1 && key.input.element == .float32
        var plan: dnnl_primitive_desc_t?
        if canUseWinograd { plan = try Self.plan(engine, key, attributes, dnnl_convolution_winograd) }
        if plan == nil { plan = try Self.plan(engine, key, attributes, dnnl_convolution_direct) }
        guard let plan else {
            throw TensorRuntimeError(.library, "oneDNN has no convolution for layer '\(convolution.name)'")
        }
        primitive = try DNNLPrimitive(plan, "layer '\(convolution.name)'")

        let wanted = primitive.md(dnnl_query_weights_md)
        self.weights = AlignedBytes(count: dnnl_memory_desc_get_size(wanted), alignment: 4096)
        let target = self.weights.pointer
        try layerWeights.withWeights { element, source in
            var plain = try engine.md(
                convolution.weightShape,
                convolution.isVolume ? dnnl_oidhw : dnnl_oihw,
                element
            )
            try ReorderPrimitive.copy(engine, from: &plain, at: source, to: wanted, at: target)
        }
        self.bias = AlignedBytes(count: convolution.paddedOutChannels * ElementType.float32.byteCount)
        layerWeights.bias.withUnsafeBytes { self.bias.pointer.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    }

    private static func plan(
        _ engine: DNNLEngine,
        _ key: Key,
        _ attributes: DNNLAttributes,
        _ algorithm: dnnl_alg_kind_t
    ) throws -> dnnl_primitive_desc_t? {
        let convolution = key.convolution
        var input = try convolution.isVolume ? engine.volumeMD(key.input) : engine.md(key.input)
        var output = try convolution.isVolume ? engine.volumeMD(key.output) : engine.md(key.output)
        var weights = try engine.md(convolution.weightShape, dnnl_format_tag_any, key.input.element.ofWeights)
        var bias = try engine.md([convolution.paddedOutChannels], dnnl_x)
        func everyAxis(_ value: Int) -> [Int64] { [Int64](repeating: Int64(value), count: convolution.axes) }
        let padding = everyAxis(convolution.kernel / 2 * convolution.dilation)
        var description = dnnl_convolution_desc_t()
        try DNNL.check(
            dnnl_dilated_convolution_forward_desc_init(
                &description,
                dnnl_forward_inference,
                algorithm,
                &input,
                &weights,
                &bias,
                &output,
                everyAxis(convolution.stride),
                // oneDNN counts the pixels that a dilated kernel leaves out.
                everyAxis(convolution.dilation - 1),
                padding,
                padding
            ),
            "describe layer '\(convolution.name)'"
        )
        var plan: dnnl_primitive_desc_t?
        let status = dnnl_primitive_desc_create(&plan, &description, attributes.raw, engine.raw, nil)
        if status == dnnl_unimplemented { return nil }
        try DNNL.check(status, "plan layer '\(convolution.name)'")
        return plan
    }

    /// Bytes of scratch memory of one execution.
    public var scratchBytes: Int { primitive.scratchBytes }

    /// Fixes the addresses.
    public func arguments(
        input: UnsafeMutableRawPointer,
        output: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer
    ) throws -> DNNLArguments {
        let arguments = DNNLArguments(engine)
        try arguments.add(DNNL_ARG_SRC, primitive.md(dnnl_query_src_md), input)
        try arguments.add(DNNL_ARG_WEIGHTS, primitive.md(dnnl_query_weights_md), weights.pointer)
        var biasMD = try engine.md([bias.count / ElementType.float32.byteCount], dnnl_x)
        try arguments.add(DNNL_ARG_BIAS, &biasMD, bias.pointer)
        try arguments.add(DNNL_ARG_DST, primitive.md(dnnl_query_dst_md), output)
        try arguments.add(DNNL_ARG_SCRATCHPAD, primitive.md(dnnl_query_scratchpad_md), scratch)
        return arguments
    }

    /// Executes once.
    public func run(_ arguments: DNNLArguments, on stream: DNNLStream) throws {
        try primitive.run(arguments, on: stream)
    }
}
