/// A message as it stands in a file.
public struct MCAPMessage: Sendable {
    /// The channel that it came on.
    public let channel: MCAPChannel
    /// The channel's schema.
    public let schema: MCAPSchema?
    /// The writer's count of the channel's messages.
    public let sequence: UInt32
    /// When it was recorded, nanoseconds.
    public let logTime_ns: Int64
    /// When it was sent, nanoseconds.
    public let publishTime_ns: Int64
    /// Its bytes, in the channel's encoding; they keep the chunk's memory.
    public let data: ArraySlice<UInt8>
    /// Where it lies.
    public let reference: MessageReference
}
