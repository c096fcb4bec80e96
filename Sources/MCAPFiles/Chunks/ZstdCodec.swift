internal import CZstd

/// Zstandard in memory; the contexts belong to one thread at a time.
final class ZstdCodec {
    private var unpacking: OpaquePointer?
    private var packing: OpaquePointer?

    deinit {
        ZSTD_freeDCtx(unpacking)
        ZSTD_freeCCtx(packing)
    }

    /// The content of one or several frames, of a size that was judged before.
    func unpack(_ packed: ArraySlice<UInt8>, contentBytes: Int) throws -> [UInt8] {
        if unpacking == nil { unpacking = ZSTD_createDCtx() }
        guard let unpacking else { throw MCAPError(.unsupported, "libzstd got no memory for a context") }
        return try [UInt8](unsafeUninitializedCapacity: contentBytes) { buffer, count in
            let result = packed.withUnsafeBytes { input in
                ZSTD_decompressDCtx(unpacking, buffer.baseAddress, contentBytes, input.baseAddress, input.count)
            }
            guard ZSTD_isError(result) == 0 else {
                throw MCAPError(.damaged, "libzstd: \(String(cString: ZSTD_getErrorName(result)))")
            }
            count = result
        }
    }

    /// One frame with a content size.
    func pack(_ content: [UInt8], level: Int32) throws -> [UInt8] {
        if packing == nil { packing = ZSTD_createCCtx() }
        guard let packing else { throw MCAPError(.unsupported, "libzstd got no memory for a context") }
        let capacity = ZSTD_compressBound(content.count)
        return try [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            let result = content.withUnsafeBytes { input in
                ZSTD_compressCCtx(packing, buffer.baseAddress, capacity, input.baseAddress, input.count, level)
            }
            guard ZSTD_isError(result) == 0 else {
                throw MCAPError(.unsupported, "libzstd: \(String(cString: ZSTD_getErrorName(result)))")
            }
            count = result
        }
    }
}
