internal import CLZ4

/// LZ4 frames (LZ4 frame format 1.6.x) in memory: one call in each direction.
///
/// `compress` writes a *sealed* frame: content size, block checksums, content checksum, independent blocks and the smallest
/// fitting block maximum. `decompress` accepts sealed frames only, so every bit of one is either checked or has one legal
/// value, and any change is an error. `decompressStream` accepts what any LZ4 writer makes.
///
/// ```swift
/// let frame = try LZ4Frame.compress(bytes, level: 0)
/// let again = try LZ4Frame.decompress(frame, maximumContentBytes: 1 << 20)
/// ```
///
/// For many frames in a row keep one `LZ4Compressor` or `LZ4Decompressor`; these functions make one for each call.
public enum LZ4Frame {
    /// Compresses bytes to one sealed frame.
    ///
    /// - Parameter level: 0 is LZ4's fast mode; 3 to 12 are LZ4-HC, smaller and slower. Reading is as fast for all.
    /// - Throws: `LZ4FrameError`.
    public static func compress(_ content: UnsafeRawBufferPointer, level: Int = 0) throws -> [UInt8] {
        let compressor = try LZ4Compressor(level: level)
        return try compressor.compress(content)
    }

    /// Compresses an array to one sealed frame.
    public static func compress(_ content: [UInt8], level: Int = 0) throws -> [UInt8] {
        try content.withUnsafeBytes { try compress($0, level: level) }
    }

    /// The content of one sealed frame, which must be all of the bytes.
    ///
    /// - Parameter maximumContentBytes: the most that is accepted; the frame's own claim is compared with it, and with the
    ///   most that LZ4 can make of so many bytes, before anything is allocated.
    /// - Throws: `LZ4FrameError`; never gives content that its checksums do not confirm.
    public static func decompress(_ frame: UnsafeRawBufferPointer, maximumContentBytes: Int) throws -> [UInt8] {
        let decompressor = try LZ4Decompressor()
        return try decompressor.decompress(frame, maximumContentBytes: maximumContentBytes)
    }

    /// The content of one sealed frame in an array.
    public static func decompress(_ frame: [UInt8], maximumContentBytes: Int) throws -> [UInt8] {
        try frame.withUnsafeBytes { try decompress($0, maximumContentBytes: maximumContentBytes) }
    }

    /// The joined contents of any number of LZ4 frames by any writer; skippable frames are skipped.
    ///
    /// How well damage is found depends on the checksums that the writer put in.
    ///
    /// - Throws: `LZ4FrameError`, also where the bytes end inside a frame or a frame needs a dictionary.
    public static func decompressStream(_ stream: UnsafeRawBufferPointer, maximumContentBytes: Int) throws -> [UInt8] {
        let decompressor = try LZ4Decompressor()
        return try decompressor.decompressStream(stream, maximumContentBytes: maximumContentBytes)
    }

    /// The joined contents of the LZ4 frames in an array.
    public static func decompressStream(_ stream: [UInt8], maximumContentBytes: Int) throws -> [UInt8] {
        try stream.withUnsafeBytes { try decompressStream($0, maximumContentBytes: maximumContentBytes) }
    }
}
