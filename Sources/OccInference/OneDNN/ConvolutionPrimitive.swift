internal import CDNNL

/// A full-precision convolution of oneDNN with its weights in the layout that oneDNN wants.
struct ConvolutionPrimitive: Sendable {
    /// What to compute.
    struct Shape {
        var layer: String
        var inChannels: Int
        var outChannels: Int
        var kernel: Int
        var stride: Int
        /// Pixels from tap to tap of the kernel.
        var dilation = 1
        var addsToOutput: Bool
        var activation: dnnl_alg_kind_t?
        /// Whether Winograd may be used: faster, with larger rounding errors.
        var mayUseWinograd: Bool
    }

    private let engine: DNNLEngine
    private let primitive: DNNLPrimitive
    private let weights: AlignedBytes
    private let bias: AlignedBytes

    /// Plans a convolution and lays out its weights.
    ///
    /// - Parameters:
    ///   - weights: `[out, in, kernel, kernel]`, read now.
    ///   - bias: `[out]`, read now; nil is none.
    /// - Throws: `InferenceError` (`library`).
    init(
        _ engine: DNNLEngine,
        _ shape: Shape,
        input: dnnl_memory_desc_t,
        output: dnnl_memory_desc_t,
        weights: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?
    ) throws {
        self.engine = engine
        let attributes = try DNNLAttributes(addsToOutput: shape.addsToOutput, activation: shape.activation)
        let canUseWinograd =
            shape.mayUseWinograd && engine.hasWinograd && shape.kernel == 3 && shape.stride == 1 && shape.dilation == 1
        var plan: dnnl_primitive_desc_t?
        if canUseWinograd {
            plan = try Self.plan(engine, shape, input, output, attributes, dnnl_convolution_winograd)
        }
        if plan == nil { plan = try Self.plan(engine, shape, input, output, attributes, dnnl_convolution_direct) }
        guard let plan else {
            throw InferenceError(.library, "oneDNN has no convolution for layer '\(shape.layer)'")
        }
        primitive = try DNNLPrimitive(plan, "layer '\(shape.layer)'")

        let wanted = primitive.md(dnnl_query_weights_md)
        self.weights = AlignedBytes(count: dnnl_memory_desc_get_size(wanted), alignment: 4096)
        var plain = try engine.md([shape.outChannels, shape.inChannels, shape.kernel, shape.kernel], dnnl_oihw)
        try ReorderPrimitive.copy(engine, from: &plain, at: weights, to: wanted, at: self.weights.pointer)
        self.bias = AlignedBytes(count: shape.outChannels * MemoryLayout<Float>.stride)
        if let bias { self.bias.pointer.copyMemory(from: bias, byteCount: self.bias.count) }
    }

    private static func plan(
        _ engine: DNNLEngine,
        _ shape: Shape,
        _ input: dnnl_memory_desc_t,
        _ output: dnnl_memory_desc_t,
        _ attributes: DNNLAttributes,
        _ algorithm: dnnl_alg_kind_t
    ) throws -> dnnl_primitive_desc_t? {
        var input = input
        var output = output
        var weights = try engine.md(
            [shape.outChannels, shape.inChannels, shape.kernel, shape.kernel],
            dnnl_format_tag_any
        )
        var bias = try engine.md([shape.outChannels], dnnl_x)
        let strides = [Int64](repeating: Int64(shape.stride), count: 2)
        // oneDNN counts the pixels that a dilated kernel leaves out.
        let dilation = [Int64](repeating: Int64(shape.dilation - 1), count: 2)
        let padding = [Int64](repeating: Int64(shape.kernel / 2 * shape.dilation), count: 2)
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
                strides,
                dilation,
                padding,
                padding
            ),
            "describe layer '\(shape.layer)'"
        )
        var plan: dnnl_primitive_desc_t?
        let status = dnnl_primitive_desc_create(&plan, &description, attributes.raw, engine.raw, nil)
        if status == dnnl_unimplemented { return nil }
        try DNNL.check(status, "plan layer '\(shape.layer)'")
        return plan
    }

    var scratchBytes: Int { primitive.scratchBytes }

    /// Name of the implementation that oneDNN chose.
    var implementation: String { primitive.implementation }

    /// Fixes the addresses.
    func arguments(
        input: UnsafeMutableRawPointer,
        output: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer
    ) throws -> DNNLArguments {
        let arguments = DNNLArguments(engine)
        try arguments.add(DNNL_ARG_SRC, primitive.md(dnnl_query_src_md), input)
        try arguments.add(DNNL_ARG_WEIGHTS, primitive.md(dnnl_query_weights_md), weights.pointer)
        var biasMD = try engine.md([bias.count / MemoryLayout<Float>.stride], dnnl_x)
        try arguments.add(DNNL_ARG_BIAS, &biasMD, bias.pointer)
        try arguments.add(DNNL_ARG_DST, primitive.md(dnnl_query_dst_md), output)
        try arguments.add(DNNL_ARG_SCRATCHPAD, primitive.md(dnnl_query_scratchpad_md), scratch)
        return arguments
    }

    func run(_ arguments: DNNLArguments, on stream: DNNLStream) throws {
        try primitive.run(arguments, on: stream)
    }
}
