internal import CDNNL

/// Copies memory from one layout to another.
struct ReorderPrimitive: Sendable {
    private let engine: DNNLEngine
    private let primitive: DNNLPrimitive

    /// Prepares a copy.
    ///
    /// - Parameter factor: what every value is multiplied by.
    /// - Throws: `TensorRuntimeError` (`library`).
    init(
        _ engine: DNNLEngine,
        from source: UnsafePointer<dnnl_memory_desc_t>,
        to target: UnsafePointer<dnnl_memory_desc_t>,
        factor: Float = 1
    ) throws {
        self.engine = engine
        var descriptor: dnnl_primitive_desc_t?
        let attributes = try DNNLAttributes(factors: factor == 1 ? [] : [factor])
        try DNNL.check(
            dnnl_reorder_primitive_desc_create(
                &descriptor,
                source,
                engine.raw,
                target,
                engine.raw,
                attributes.raw
            ),
            "plan a reorder"
        )
        primitive = try DNNLPrimitive(descriptor!, "a reorder")
    }

    var scratchBytes: Int { primitive.scratchBytes }

    /// Fixes the addresses.
    func arguments(
        source: UnsafeMutableRawPointer,
        target: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer
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
        _ engine: DNNLEngine,
        from source: UnsafePointer<dnnl_memory_desc_t>,
        at sourcePointer: UnsafeRawPointer,
        to target: UnsafePointer<dnnl_memory_desc_t>,
        at targetPointer: UnsafeMutableRawPointer
    ) throws {
        let reorder = try ReorderPrimitive(engine, from: source, to: target)
        let scratch = AlignedBytes(count: reorder.scratchBytes)
        let arguments = try reorder.arguments(
            source: UnsafeMutableRawPointer(mutating: sourcePointer),
            target: targetPointer,
            scratch: scratch.pointer
        )
        try reorder.run(arguments, on: DNNLStream(engine))
    }
}
