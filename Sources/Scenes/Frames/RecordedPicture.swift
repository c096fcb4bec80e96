/// Where a picture lies inside an MCAP recording: the place of the message that holds it.
public struct RecordedPicture: Hashable, Sendable {
    /// The chunk record's offset in the file, bytes; nil where the message is in no chunk.
    public var chunk: Int64?
    /// The message record's offset in the chunk's unpacked data or, without a chunk, in the file, bytes.
    public var offset: Int64
    /// Length of the picture, bytes.
    public var size: Int64
    /// How the message is written and its type, such as `cdr sensor_msgs/msg/CompressedImage`.
    public var type: String
    /// The time that the message itself says, nanoseconds; nil where nothing says it.
    public var stamp_ns: Int64?

    /// Makes a place from its parts.
    public init(chunk: Int64?, offset: Int64, size: Int64, type: String, stamp_ns: Int64? = nil) {
        self.chunk = chunk
        self.offset = offset
        self.size = size
        self.type = type
        self.stamp_ns = stamp_ns
    }
}
