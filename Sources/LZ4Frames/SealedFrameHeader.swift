/// The first 15 bytes of a sealed frame, which leave no choice: `compress` writes them and `decompress` demands them.
///
/// Byte table: LZ4 frame format 1.6.x, "Frame Descriptor"; `docs/scene-file.md`, "Data frame".
enum SealedFrameHeader {
    /// `0x184D2204`, little-endian.
    static let magic: UInt32 = 0x184D_2204
    /// Version 01, independent blocks, block checksums, content size, content checksum, no dictionary.
    static let flags: UInt8 = 0x7C
    /// Magic number, FLG, BD, content size and header checksum.
    static let byteCount = 15
    /// Header, end mark and content checksum: the size of a frame without content.
    static let smallestFrameBytes = byteCount + 8

    /// Most bytes of content that one byte of an LZ4 frame can stand for (lz4 block format: a length byte adds 255).
    static let largestRatio: UInt64 = 255

    /// liblz4's code, 4 to 7, of the smallest block maximum that holds the content, else of 4 MiB.
    static func blockSizeCode(contentBytes: UInt64) -> UInt8 {
        for code in UInt8(4)...6 where contentBytes <= 1 << (UInt64(code) * 2 + 8) { return code }
        return 7
    }

    /// Checks the header and gives the content size that it declares.
    ///
    /// The header checksum itself is left to liblz4.
    static func contentBytes(of frame: UnsafeRawBufferPointer) throws -> UInt64 {
        guard frame.count >= 4 else { throw LZ4FrameError.truncated }
        guard UInt32(littleEndian: frame.loadUnaligned(as: UInt32.self)) == magic else { throw LZ4FrameError.notAFrame }
        guard frame.count >= smallestFrameBytes else { throw LZ4FrameError.truncated }
        guard frame[4] == flags else {
            throw LZ4FrameError.unsupported(
                "flags 0x\(String(frame[4], radix: 16)) instead of 0x\(String(flags, radix: 16)) "
                    + "(all sizes and checksums)"
            )
        }
        let contentBytes = UInt64(littleEndian: frame.loadUnaligned(fromByteOffset: 6, as: UInt64.self))
        guard frame[5] == blockSizeCode(contentBytes: contentBytes) << 4 else {
            throw LZ4FrameError.damaged(
                "block size 0x\(String(frame[5], radix: 16)) does not belong to a content of \(contentBytes) bytes"
            )
        }
        return contentBytes
    }

    /// The whole frame of an empty content, which liblz4's API cannot write with a content size.
    static let emptyFrame: [UInt8] = [
        0x04, 0x22, 0x4D, 0x18, flags, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0xC8,  // header
        0, 0, 0, 0,  // end mark
        0x05, 0x5D, 0xCC, 0x02,  // XXH32 of nothing
    ]
}
