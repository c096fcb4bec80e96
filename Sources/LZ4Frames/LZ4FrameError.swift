/// Why bytes are not the LZ4 frame that was expected, or could not be made into one.
public enum LZ4FrameError: Error, Equatable, Sendable {
    /// The bytes do not start with the magic number of an LZ4 frame.
    case notAFrame
    /// The bytes end inside a frame.
    case truncated
    /// A frame declares or holds more content than the caller allows; nothing of that size was allocated.
    case contentTooLarge(contentBytes: UInt64, maximumBytes: Int)
    /// A checksum, a size or a field is wrong.
    case damaged(String)
    /// Bytes follow where the frame should have ended.
    case trailingBytes(count: Int)
    /// The frame is legal but uses what is not accepted here, such as a dictionary or missing checksums.
    case unsupported(String)
    /// The compression level is not one of 0 to 12.
    case invalidLevel(Int)
    /// liblz4 refused to compress or could not get memory.
    case failed(String)
}

extension LZ4FrameError: CustomStringConvertible {
    /// One line for people, without the name of the file, which the caller knows.
    public var description: String {
        switch self {
        case .notAFrame: "no LZ4 frame: wrong magic number"
        case .truncated: "LZ4 frame cut off before its end"
        case .contentTooLarge(let content, let maximum):
            "LZ4 frame holds \(content) bytes or more, at most \(maximum) are accepted"
        case .damaged(let what): "damaged LZ4 frame: \(what)"
        case .trailingBytes(let count): "\(count) bytes follow the end of the LZ4 frame"
        case .unsupported(let what): "LZ4 frame with \(what), which is not accepted here"
        case .invalidLevel(let level): "LZ4 level \(level); use 0 (fast) to 12 (smallest)"
        case .failed(let what): "liblz4 failed: \(what)"
        }
    }
}
