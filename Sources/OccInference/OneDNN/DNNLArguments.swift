internal import CDNNL

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
