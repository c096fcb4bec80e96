internal import CDNNL

/// Memories of one primitive at fixed addresses.
public final class DNNLArguments {
    private(set) var raw: [dnnl_exec_arg_t] = []
    private let engine: DNNLEngine
    private var memories: [DNNLMemory] = []

    init(_ engine: DNNLEngine) { self.engine = engine }

    /// Adds an argument.
    ///
    /// - Throws: `TensorRuntimeError` (`library`).
    func add(_ index: Int32, _ md: UnsafePointer<dnnl_memory_desc_t>, _ pointer: UnsafeMutableRawPointer) throws {
        let memory = try DNNLMemory(engine, md, pointer)
        memories.append(memory)
        raw.append(dnnl_exec_arg_t(arg: index, memory: memory.raw))
    }
}

/// A memory object of oneDNN over memory that somebody else keeps.
private final class DNNLMemory {
    let raw: dnnl_memory_t

    init(_ engine: DNNLEngine, _ md: UnsafePointer<dnnl_memory_desc_t>, _ pointer: UnsafeMutableRawPointer) throws {
        var memory: dnnl_memory_t?
        try DNNL.check(dnnl_memory_create(&memory, md, engine.raw, pointer), "describe memory")
        raw = memory!
    }

    deinit { dnnl_memory_destroy(raw) }
}
