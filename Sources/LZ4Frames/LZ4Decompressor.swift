internal import CLZ4

/// A decompression context that is kept for many frames; one belongs to one thread at a time.
public struct LZ4Decompressor: ~Copyable {
    private let context: OpaquePointer

    /// Makes a context.
    ///
    /// - Throws: `LZ4FrameError` where there is no memory.
    public init() throws {
        var made: OpaquePointer?
        let code = LZ4F_createDecompressionContext(&made, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(code) == 0, let made else {
            throw LZ4FrameError.failed("no memory for a decompression context")
        }
        context = made
    }

    deinit { LZ4F_freeDecompressionContext(context) }

    /// The content of one sealed frame, which must be all of the bytes; see `LZ4Frame.decompress`.
    ///
    /// - Throws: `LZ4FrameError`; the context stays usable.
    public func decompress(_ frame: UnsafeRawBufferPointer, maximumContentBytes: Int) throws -> [UInt8] {
        let declared = try SealedFrameHeader.contentBytes(of: frame)
        guard declared <= UInt64(max(0, maximumContentBytes)) else {
            throw LZ4FrameError.contentTooLarge(contentBytes: declared, maximumBytes: maximumContentBytes)
        }
        guard declared / SealedFrameHeader.largestRatio <= UInt64(frame.count) else {
            throw LZ4FrameError.damaged("\(frame.count) bytes cannot hold the \(declared) bytes of content it declares")
        }
        let contentBytes = Int(declared)
        // One byte more than declared: there is always an address to give, and a frame that holds more shows itself.
        return try [UInt8](unsafeUninitializedCapacity: contentBytes + 1) { buffer, count in
            LZ4F_resetDecompressionContext(context)
            let output = UnsafeMutableRawBufferPointer(buffer)
            var position = 0
            while true {
                let step = try advance(frame, from: position, into: output, at: count)
                position += step.consumedBytes
                count += step.producedBytes
                guard count <= contentBytes else { throw LZ4FrameError.damaged("more content than it declares") }
                if step.isFrameEnd { break }
                guard position < frame.count else { throw LZ4FrameError.truncated }
            }
            guard position == frame.count else { throw LZ4FrameError.trailingBytes(count: frame.count - position) }
            guard count == contentBytes else { throw LZ4FrameError.damaged("less content than it declares") }
        }
    }

    /// The content of one sealed frame in an array.
    public func decompress(_ frame: [UInt8], maximumContentBytes: Int) throws -> [UInt8] {
        try frame.withUnsafeBytes { try decompress($0, maximumContentBytes: maximumContentBytes) }
    }

    /// The joined contents of any number of LZ4 frames by any writer; see `LZ4Frame.decompressStream`.
    ///
    /// - Throws: `LZ4FrameError`; the context stays usable.
    public func decompressStream(_ stream: UnsafeRawBufferPointer, maximumContentBytes: Int) throws -> [UInt8] {
        var content: [UInt8] = []
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { scratch.deallocate() }
        var position = 0
        while position < stream.count {
            let rest = UnsafeRawBufferPointer(rebasing: stream[position...])
            if let skippable = try SkippableFrame.byteCount(at: rest) {
                position += skippable
                continue
            }
            position += try appendFrame(rest, to: &content, scratch: scratch, maximumContentBytes: maximumContentBytes)
        }
        return content
    }

    /// Decodes one frame of any writer; gives the bytes it took.
    private func appendFrame(
        _ stream: UnsafeRawBufferPointer,
        to content: inout [UInt8],
        scratch: UnsafeMutableRawBufferPointer,
        maximumContentBytes: Int
    ) throws -> Int {
        guard stream.count >= 4 else { throw LZ4FrameError.truncated }
        guard UInt32(littleEndian: stream.loadUnaligned(as: UInt32.self)) == SealedFrameHeader.magic else {
            throw LZ4FrameError.notAFrame
        }
        guard stream.count > 4 else { throw LZ4FrameError.truncated }
        guard stream[4] & 1 == 0 else { throw LZ4FrameError.unsupported("a dictionary") }
        LZ4F_resetDecompressionContext(context)
        var position = 0
        while true {
            let step = try advance(stream, from: position, into: scratch, at: 0)
            position += step.consumedBytes
            guard step.producedBytes <= maximumContentBytes - content.count else {
                throw LZ4FrameError.contentTooLarge(
                    contentBytes: UInt64(content.count + step.producedBytes),
                    maximumBytes: maximumContentBytes
                )
            }
            content.append(contentsOf: scratch[..<step.producedBytes])
            if step.isFrameEnd { return position }
            // Output may still be waiting inside the context after the last input byte.
            if position == stream.count && step.producedBytes < scratch.count { throw LZ4FrameError.truncated }
        }
    }

    private struct Step {
        let consumedBytes: Int
        let producedBytes: Int
        let isFrameEnd: Bool
    }

    /// One call of `LZ4F_decompress`; an error or a call that does nothing with input left ends the frame.
    private func advance(
        _ input: UnsafeRawBufferPointer,
        from position: Int,
        into output: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) throws -> Step {
        var consumed = input.count - position
        var produced = output.count - offset
        let code = LZ4F_decompress(
            context,
            output.baseAddress! + offset,
            &produced,
            input.baseAddress! + position,
            &consumed,
            nil
        )
        guard LZ4F_isError(code) == 0 else {
            throw LZ4FrameError.damaged(String(cString: LZ4F_getErrorName(code)))
        }
        if consumed == 0 && produced == 0 && code != 0 {
            guard position == input.count else { throw LZ4FrameError.damaged("more content than it declares") }
            throw LZ4FrameError.truncated
        }
        return Step(consumedBytes: consumed, producedBytes: produced, isFrameEnd: code == 0)
    }
}
