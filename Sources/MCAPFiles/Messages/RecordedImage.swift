internal import SystemSupport

/// A compressed picture of a camera.
public struct RecordedImage: Hashable, Sendable {
    /// What the picture's first bytes say that it is.
    public enum Content: String, Sendable {
        case jpeg, png, webp, avif, other
    }

    /// When it was taken, nanoseconds.
    public var time_ns: Int64 = 0
    /// The camera's frame.
    public var frame = ""
    /// What the message says that it is: `jpeg`, `png`, or image_transport's `bgr8; jpeg compressed bgr8`.
    public var format = ""
    /// The picture's file.
    public var data: ArraySlice<UInt8> = []

    /// Makes a picture from its parts.
    public init(time_ns: Int64, frame: String, format: String, data: ArraySlice<UInt8>) {
        (self.time_ns, self.frame, self.format, self.data) = (time_ns, frame, format, data)
    }

    /// What the picture's first bytes say that it is, whatever `format` says.
    public var content: Content {
        let head = Array(data.prefix(12))
        if head.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
        if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return .png }
        if head.starts(with: "RIFF".utf8), head.suffix(4) == Array("WEBP".utf8)[...] { return .webp }
        if head.suffix(8) == Array("ftypavif".utf8)[...] { return .avif }
        return .other
    }

    init(protobuf data: ArraySlice<UInt8>) throws {
        var time = FoxgloveTime()
        try ProtobufReader.read(data) { field in
            switch field.number {
            case 1: try time.take(field)
            case 2: self.data = try field.bytes()
            case 3: format = try field.text()
            case 4: frame = try field.text()
            default: break
            }
        }
        time_ns = try time.nanoseconds()
    }

    init(json data: ArraySlice<UInt8>) throws(MCAPError) {
        try MessageJSON.read(data) { json, key throws(MCAPError) in
            switch key {
            case "timestamp": time_ns = try json.time_ns()
            case "data": self.data = try json.base64()
            case "format": format = try json.string()
            case "frame_id": frame = try json.string()
            default: try json.skip()
            }
        }
    }

    init(ros reader: inout ROSReader) throws {
        (time_ns, frame) = try reader.header()
        format = try reader.text()
        data = try reader.block()
    }
}
