/// Skippable frames: bytes of one's own inside an LZ4 stream, which LZ4 readers pass over.
///
/// Bytes: a magic number `0x184D2A50` to `0x184D2A5F`, the size of what follows as 32 bits, then the user data. The format
/// gives them no checksum; whoever uses one puts a checksum into it.
public enum SkippableFrame {
    /// Size of the magic number and the size field.
    public static let headBytes = 8

    /// Makes a frame.
    ///
    /// - Precondition: `kind` is at most 15 and the user data is shorter than 4 GiB.
    public static func make(kind: UInt8, userData: [UInt8]) -> [UInt8] {
        head(kind: kind, userDataBytes: userData.count) + userData
    }

    /// The first 8 bytes of a frame.
    ///
    /// - Precondition: `kind` is at most 15 and the user data is shorter than 4 GiB.
    public static func head(kind: UInt8, userDataBytes: Int) -> [UInt8] {
        precondition(kind <= 15 && userDataBytes <= Int(UInt32.max), "no such skippable frame")
        let magic = firstMagic + UInt32(kind)
        return [magic, UInt32(userDataBytes)].flatMap { word in
            (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
    }

    /// The kind and the user data size that 8 bytes announce, or nil where they start no skippable frame.
    public static func parseHead(_ bytes: UnsafeRawBufferPointer) -> (kind: UInt8, userDataBytes: Int)? {
        guard bytes.count >= headBytes else { return nil }
        let magic = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        guard magic & ~15 == firstMagic else { return nil }
        let size = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        return (UInt8(magic & 15), Int(size))
    }

    /// Size of the skippable frame at the start of a stream; nil where another kind of frame starts there.
    static func byteCount(at stream: UnsafeRawBufferPointer) throws -> Int? {
        guard stream.count >= 4 else { throw LZ4FrameError.truncated }
        guard UInt32(littleEndian: stream.loadUnaligned(as: UInt32.self)) & ~15 == firstMagic else { return nil }
        guard let head = parseHead(stream), head.userDataBytes <= stream.count - headBytes else {
            throw LZ4FrameError.truncated
        }
        return headBytes + head.userDataBytes
    }

    private static let firstMagic: UInt32 = 0x184D_2A50
}
