internal import CLZ4

/// A compression context that is kept for many frames; one belongs to one thread at a time.
public struct LZ4Compressor: ~Copyable {
    private let context: OpaquePointer
    private let level: Int32

    /// Makes a context.
    ///
    /// - Parameter level: 0 is LZ4's fast mode; 3 to 12 are LZ4-HC, smaller and slower.
    /// - Throws: `LZ4FrameError`.
    public init(level: Int = 0) throws {
        guard (0...12).contains(level) else { throw LZ4FrameError.invalidLevel(level) }
        var made: OpaquePointer?
        let code = LZ4F_createCompressionContext(&made, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(code) == 0, let made else {
            throw LZ4FrameError.failed("no memory for a compression context")
        }
        self.context = made
        self.level = Int32(level)
    }

    deinit { LZ4F_freeCompressionContext(context) }

    /// Compresses bytes to one sealed frame; see `LZ4Frame`.
    ///
    /// - Throws: `LZ4FrameError`; the context stays usable.
    public func compress(_ content: UnsafeRawBufferPointer) throws -> [UInt8] {
        guard content.count > 0 else { return SealedFrameHeader.emptyFrame }
        var preferences = LZ4F_preferences_t()
        preferences.frameInfo.blockSizeID = LZ4F_blockSizeID_t(
            UInt32(SealedFrameHeader.blockSizeCode(contentBytes: UInt64(content.count)))
        )
        preferences.frameInfo.blockMode = LZ4F_blockIndependent
        preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
        preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled
        preferences.frameInfo.contentSize = UInt64(content.count)
        preferences.compressionLevel = level
        // Whole blocks straight from the content, with no copy of it inside the context.
        preferences.autoFlush = 1
        let capacity = LZ4F_compressFrameBound(content.count, &preferences)
        guard LZ4F_isError(capacity) == 0 else { throw Self.failure(capacity) }
        return try [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            var options = LZ4F_compressOptions_t()
            options.stableSrc = 1
            let start = buffer.baseAddress!
            // LZ4F_compressBegin puts a context right that an error left in the middle of a frame.
            count += try Self.checked(LZ4F_compressBegin(context, start, capacity, &preferences))
            count += try Self.checked(
                LZ4F_compressUpdate(
                    context,
                    start + count,
                    capacity - count,
                    content.baseAddress,
                    content.count,
                    &options
                )
            )
            count += try Self.checked(LZ4F_compressEnd(context, start + count, capacity - count, &options))
        }
    }

    /// Compresses an array to one sealed frame.
    public func compress(_ content: [UInt8]) throws -> [UInt8] {
        try content.withUnsafeBytes { try compress($0) }
    }

    private static func checked(_ code: Int) throws -> Int {
        guard LZ4F_isError(code) == 0 else { throw failure(code) }
        return code
    }

    private static func failure(_ code: Int) -> LZ4FrameError {
        .failed(String(cString: LZ4F_getErrorName(code)))
    }
}
