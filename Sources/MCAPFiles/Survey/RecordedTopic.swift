/// What a recording holds on one topic, in messages of one type.
public struct RecordedTopic: Sendable {
    /// The topic's name.
    public let name: String
    /// The schema's name; empty where there is none.
    public let schema: String
    /// How messages are written.
    public let messageEncoding: String
    /// How its messages are decoded; nil where they are not.
    public let decoder: MessageDecoder?
    /// How many messages it has.
    public internal(set) var messages: UInt64 = 0
    /// The times of the first and last message that was looked at, nanoseconds.
    public internal(set) var times_ns: ClosedRange<Int64>?
    /// How many messages were looked at.
    public internal(set) var seen: UInt64 = 0
    /// How many could not be decoded.
    public internal(set) var failures = 0
    /// What was wrong with the first of them.
    public internal(set) var firstFailure: String?
    /// The first picture.
    public internal(set) var image: RecordedImage?
    /// The first calibration.
    public internal(set) var calibration: RecordedCalibration?
    /// Whether a later calibration differs from the first.
    public internal(set) var calibrationChanges = false
    /// The first pose.
    public internal(set) var pose: RecordedPose?

    init(_ channel: MCAPChannel, _ schema: MCAPSchema?) {
        name = channel.topic
        self.schema = schema?.name ?? ""
        messageEncoding = channel.messageEncoding
        decoder = MessageDecoder(messageEncoding: channel.messageEncoding, schemaName: schema?.name ?? "")
    }

    /// Why its messages are not used; nil where they are.
    public var obstacle: String? {
        if let firstFailure, image == nil, calibration == nil, pose == nil, failures == seen { return firstFailure }
        if let image {
            switch image.content {
            case .jpeg: return nil
            case .png where image.format.contains("compressedDepth"): return "distances, not pictures"
            case .png, .webp, .avif:
                return "\(image.content.rawValue) pictures; JPEG is read: make JPEG pictures of them by ffmpeg"
            case .other:
                let isDepth = image.format.contains("compressedDepth")
                return isDepth ? "distances, not pictures" : "pictures of the format '\(image.format)'; JPEG is read"
            }
        }
        guard decoder == nil else { return nil }
        return UnreadType.reason(messageEncoding: messageEncoding, schemaName: schema)
    }

    /// Takes a message that was recorded at a time.
    mutating func see(logTime_ns time: Int64) {
        seen += 1
        times_ns = min(times_ns?.lowerBound ?? time, time)...max(times_ns?.upperBound ?? time, time)
    }

    /// Takes what a message says.
    mutating func take(_ message: RecordedMessage) {
        switch message {
        case .image(let found):
            guard image == nil else { return }
            image = found
            // The chunk that it lies in need not be kept.
            image?.data = Array(found.data)[...]
        case .calibration(var found):
            guard let first = calibration else { return calibration = found }
            found.time_ns = first.time_ns
            calibrationChanges = calibrationChanges || found != first
        case .pose(let found):
            if pose == nil { pose = found }
        case .transforms: break
        }
    }
}
