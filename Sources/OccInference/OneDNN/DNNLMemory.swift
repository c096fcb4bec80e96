internal import CDNNL

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
