internal import CDNNL

/// The CPU engine of oneDNN, shared by all slots.
///
/// `@unchecked Sendable`: oneDNN engines are immutable and documented as thread-safe.
final class DNNLEngine: @unchecked Sendable {
    let raw: dnnl_engine_t
    /// Format of blocked feature maps on this host: 16 channels with AVX-512, 8 with AVX2.
    let blockedTag: dnnl_format_tag_t
    /// Channels of a block of that format.
    let blockSize: Int
    /// Whether oneDNN has its fp32 Winograd kernels here.
    let hasWinograd: Bool

    /// Makes an engine and makes this thread run oneDNN single-threaded.
    ///
    /// - Throws: `TensorRuntimeError` (`library`).
    init() throws {
        OpenMP.useOneThread()
        var engine: dnnl_engine_t?
        try DNNL.check(dnnl_engine_create(&engine, dnnl_cpu, 0), "make the CPU engine")
        raw = engine!
        let hasAVX512 = HostArithmetic.hasAVX512
        blockedTag = hasAVX512 ? dnnl_nChw16c : dnnl_nChw8c
        blockSize = hasAVX512 ? 16 : 8
        hasWinograd = hasAVX512
    }

    deinit { dnnl_engine_destroy(raw) }
}
