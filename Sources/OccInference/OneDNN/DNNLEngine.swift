internal import CDNNL
internal import Glibc

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
    /// - Throws: `InferenceError` (`library`).
    init() throws {
        OpenMP.useOneThread()
        var engine: dnnl_engine_t?
        try DNNL.check(dnnl_engine_create(&engine, dnnl_cpu, 0), "make the CPU engine")
        raw = engine!
        let hasAVX512 = dnnl_get_effective_cpu_isa().rawValue & dnnl_cpu_isa_avx512_core.rawValue
            == dnnl_cpu_isa_avx512_core.rawValue
        blockedTag = hasAVX512 ? dnnl_nChw16c : dnnl_nChw8c
        blockSize = hasAVX512 ? 16 : 8
        hasWinograd = hasAVX512
    }

    deinit { dnnl_engine_destroy(raw) }
}

/// A stream of oneDNN; belongs to one slot.
final class DNNLStream {
    let raw: dnnl_stream_t

    /// Makes a stream.
    ///
    /// - Throws: `InferenceError` (`library`).
    init(_ engine: DNNLEngine) throws {
        var stream: dnnl_stream_t?
        try DNNL.check(
            dnnl_stream_create(&stream, engine.raw, dnnl_stream_default_flags.rawValue), "make a stream")
        raw = stream!
    }

    deinit { dnnl_stream_destroy(raw) }
}

/// Turns oneDNN's statuses into errors.
enum DNNL {
    private static let names: [UInt32: String] = [
        dnnl_out_of_memory.rawValue: "out of memory", dnnl_invalid_arguments.rawValue: "invalid arguments",
        dnnl_unimplemented.rawValue: "not implemented for this host", dnnl_runtime_error.rawValue: "runtime error",
    ]

    static func check(_ status: dnnl_status_t, _ action: String) throws {
        guard status == dnnl_success else {
            let kind: InferenceError.Kind = status == dnnl_out_of_memory ? .outOfMemory : .library
            throw InferenceError(
                kind, "oneDNN could not \(action): \(names[status.rawValue] ?? "status \(status.rawValue)")")
        }
    }
}

/// The threads of the OpenMP runtime that oneDNN was built with.
enum OpenMP {
    private typealias SetThreads = @convention(c) (CInt) -> Void

    private static let setThreads: SetThreads? = {
        // oneDNN brings its OpenMP runtime along, so the symbol is found without linking the runtime ourselves.
        guard let symbol = dlsym(nil, "omp_set_num_threads") else { return nil }
        return unsafeBitCast(symbol, to: SetThreads.self)
    }()

    /// Makes parallel regions entered from the calling thread run on that thread alone: slots are the parallelism.
    static func useOneThread() {
        setThreads?(1)
    }
}
