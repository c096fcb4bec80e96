internal import CDNNL

/// A primitive of oneDNN, prepared with scratch memory given by the caller.
///
/// `@unchecked Sendable`: oneDNN primitives do not change when they are executed, if scratch memory is the caller's.
final class DNNLPrimitive: @unchecked Sendable {
    private let raw: dnnl_primitive_t
    private let descriptor: dnnl_primitive_desc_t
    /// Bytes of scratch memory of one execution.
    let scratchBytes: Int

    /// Makes a primitive; takes over the descriptor.
    ///
    /// - Throws: `InferenceError` (`library`).
    init(_ descriptor: dnnl_primitive_desc_t, _ what: String) throws {
        var primitive: dnnl_primitive_t?
        let status = dnnl_primitive_create(&primitive, descriptor)
        guard status == dnnl_success, let primitive else {
            dnnl_primitive_desc_destroy(descriptor)
            try DNNL.check(status, "prepare \(what)")
            throw InferenceError(.library, "oneDNN made no primitive for \(what)")
        }
        raw = primitive
        self.descriptor = descriptor
        scratchBytes = dnnl_memory_desc_get_size(Self.md(descriptor, dnnl_query_scratchpad_md))
    }

    deinit {
        dnnl_primitive_destroy(raw)
        dnnl_primitive_desc_destroy(descriptor)
    }

    /// The descriptor of one of its memories.
    func md(_ query: dnnl_query_t) -> UnsafePointer<dnnl_memory_desc_t> { Self.md(descriptor, query) }

    /// Name of the implementation that oneDNN chose, such as `jit_wino_4x3:avx512_core`.
    var implementation: String {
        var text: UnsafePointer<CChar>?
        guard dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, &text) == dnnl_success, let text
        else { return "?" }
        return String(cString: text)
    }

    private static func md(_ descriptor: dnnl_primitive_desc_t, _ query: dnnl_query_t) -> UnsafePointer<dnnl_memory_desc_t>
    {
        dnnl_primitive_desc_query_md(descriptor, query, 0)!
    }

    /// Executes with these arguments on a stream that runs in the calling thread.
    ///
    /// - Throws: `InferenceError` (`library`).
    func run(_ arguments: DNNLArguments, on stream: DNNLStream) throws {
        try DNNL.check(
            dnnl_primitive_execute(raw, stream.raw, CInt(arguments.raw.count), arguments.raw), "run a primitive")
    }
}

/// Memories of one primitive at fixed addresses.
final class DNNLArguments {
    private(set) var raw: [dnnl_exec_arg_t] = []
    private let engine: DNNLEngine
    private var memories: [DNNLMemory] = []

    init(_ engine: DNNLEngine) { self.engine = engine }

    /// Adds an argument.
    ///
    /// - Throws: `InferenceError` (`library`).
    func add(_ index: Int32, _ md: UnsafePointer<dnnl_memory_desc_t>, _ pointer: UnsafeMutableRawPointer) throws {
        let memory = try DNNLMemory(engine, md, pointer)
        memories.append(memory)
        raw.append(dnnl_exec_arg_t(arg: index, memory: memory.raw))
    }
}

/// A memory object of oneDNN over memory that somebody else keeps.
final class DNNLMemory {
    let raw: dnnl_memory_t

    init(_ engine: DNNLEngine, _ md: UnsafePointer<dnnl_memory_desc_t>, _ pointer: UnsafeMutableRawPointer) throws {
        var memory: dnnl_memory_t?
        try DNNL.check(dnnl_memory_create(&memory, md, engine.raw, pointer), "describe memory")
        raw = memory!
    }

    deinit { dnnl_memory_destroy(raw) }
}

/// Post-operations and scratch mode of a primitive.
final class DNNLAttributes {
    let raw: dnnl_primitive_attr_t

    init(addsToOutput: Bool = false, activation: dnnl_alg_kind_t? = nil) throws {
        var attributes: dnnl_primitive_attr_t?
        try DNNL.check(dnnl_primitive_attr_create(&attributes), "make attributes")
        raw = attributes!
        try DNNL.check(
            dnnl_primitive_attr_set_scratchpad_mode(raw, dnnl_scratchpad_mode_user), "set the scratch mode")
        var operations: dnnl_post_ops_t?
        try DNNL.check(dnnl_post_ops_create(&operations), "make post-operations")
        defer { dnnl_post_ops_destroy(operations) }
        if addsToOutput { try DNNL.check(dnnl_post_ops_append_sum(operations, 1), "append a sum") }
        if let activation {
            try DNNL.check(dnnl_post_ops_append_eltwise(operations, 1, activation, 0, 0), "append an activation")
        }
        try DNNL.check(dnnl_primitive_attr_set_post_ops(raw, operations), "set post-operations")
    }

    deinit { dnnl_primitive_attr_destroy(raw) }
}

extension DNNLEngine {
    /// Descriptor of fp32 memory in a given format.
    func md(_ dimensions: [Int], _ tag: dnnl_format_tag_t) throws -> dnnl_memory_desc_t {
        var md = dnnl_memory_desc_t()
        try DNNL.check(
            dnnl_memory_desc_init_by_tag(&md, CInt(dimensions.count), dimensions.map(Int64.init), dnnl_f32, tag),
            "describe memory of shape \(dimensions)")
        return md
    }

    /// Descriptor of a feature map.
    func md(_ map: FeatureMap) throws -> dnnl_memory_desc_t {
        switch map.layout {
        case .blocked: return try md(map.shape, blockedTag)
        case .planar: return try md(map.shape, dnnl_nchw)
        case .channelsLast:
            if map.isDense { return try md(map.shape, dnnl_nhwc) }
            var md = dnnl_memory_desc_t()
            let strides = [map.imageStride, 1, map.width * map.pixelStride, map.pixelStride].map(Int64.init)
            try DNNL.check(
                dnnl_memory_desc_init_by_strides(&md, 4, map.shape.map(Int64.init), dnnl_f32, strides),
                "describe a slice of shape \(map.shape)")
            return md
        }
    }
}
