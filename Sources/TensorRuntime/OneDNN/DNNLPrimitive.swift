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
    /// - Throws: `TensorRuntimeError` (`library`).
    init(_ descriptor: dnnl_primitive_desc_t, _ what: String) throws {
        var primitive: dnnl_primitive_t?
        let status = dnnl_primitive_create(&primitive, descriptor)
        guard status == dnnl_success, let primitive else {
            dnnl_primitive_desc_destroy(descriptor)
            try DNNL.check(status, "prepare \(what)")
            throw TensorRuntimeError(.library, "oneDNN made no primitive for \(what)")
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

    private static func md(_ descriptor: dnnl_primitive_desc_t, _ query: dnnl_query_t) -> UnsafePointer<
        dnnl_memory_desc_t
    > {
        dnnl_primitive_desc_query_md(descriptor, query, 0)!
    }

    /// Executes with these arguments on a stream that runs in the calling thread.
    ///
    /// - Throws: `TensorRuntimeError` (`library`).
    func run(_ arguments: DNNLArguments, on stream: DNNLStream) throws {
        try DNNL.check(
            dnnl_primitive_execute(raw, stream.raw, CInt(arguments.raw.count), arguments.raw),
            "run a primitive"
        )
    }
}
