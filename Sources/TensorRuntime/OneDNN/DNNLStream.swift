internal import CDNNL

/// A stream of oneDNN; belongs to one slot.
public final class DNNLStream {
    let raw: dnnl_stream_t

    /// Makes a stream.
    ///
    /// - Throws: `TensorRuntimeError` (`library`).
    init(_ engine: DNNLEngine) throws {
        var stream: dnnl_stream_t?
        try DNNL.check(
            dnnl_stream_create(&stream, engine.raw, dnnl_stream_default_flags.rawValue),
            "make a stream"
        )
        raw = stream!
    }

    deinit { dnnl_stream_destroy(raw) }
}
