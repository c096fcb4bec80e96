internal import SystemSupport

/// A message that was decoded.
public enum RecordedMessage: Hashable, Sendable {
    case image(RecordedImage)
    case calibration(RecordedCalibration)
    case transforms([RecordedTransform])
    case pose(RecordedPose)
}

/// Decodes messages of one encoding and one type.
public struct MessageDecoder: Hashable, Sendable, CustomStringConvertible {
    /// What messages of a type give.
    public enum Content: String, Sendable {
        case image, calibration, transforms, pose
    }

    /// How messages are written.
    enum Encoding: String {
        case protobuf, json, cdr, ros1
    }

    /// The types that are decoded; the raw value is the name, for ROS without the `/msg` of ROS 2.
    enum MessageType: String {
        case compressedImage = "foxglove.CompressedImage"
        case cameraCalibration = "foxglove.CameraCalibration"
        case frameTransform = "foxglove.FrameTransform"
        case frameTransforms = "foxglove.FrameTransforms"
        case poseInFrame = "foxglove.PoseInFrame"
        case rosCompressedImage = "sensor_msgs/CompressedImage"
        case rosCameraInfo = "sensor_msgs/CameraInfo"
        case rosTransforms = "tf2_msgs/TFMessage"
        case rosOldTransforms = "tf/tfMessage"
        case rosTransform = "geometry_msgs/TransformStamped"
        case rosOdometry = "nav_msgs/Odometry"
        case rosPose = "geometry_msgs/PoseStamped"
    }

    /// The most transforms in one message.
    static let transformLimit = 65_536

    private let encoding: Encoding
    private let type: MessageType

    /// Finds the decoder of a channel's messages; nil where the type or the encoding is unknown.
    ///
    /// - Parameters:
    ///   - messageEncoding: the channel's, such as `cdr`.
    ///   - schemaName: the schema's, such as `sensor_msgs/msg/CompressedImage`.
    public init?(messageEncoding: String, schemaName: String) {
        guard let encoding = Encoding(rawValue: messageEncoding) else { return nil }
        let isROS = encoding == .cdr || encoding == .ros1
        let name = isROS ? schemaName.replacing("/msg/", with: "/", maxReplacements: 1) : schemaName
        guard let type = MessageType(rawValue: name), type.rawValue.hasPrefix("foxglove.") != isROS else { return nil }
        self.encoding = encoding
        self.type = type
    }

    /// Finds a decoder by what `description` gives: `cdr sensor_msgs/CompressedImage`.
    public init?(_ description: String) {
        let parts = description.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        self.init(messageEncoding: parts[0], schemaName: parts[1])
    }

    /// Encoding and type, by which `init(_:)` finds the decoder again.
    public var description: String { "\(encoding.rawValue) \(type.rawValue)" }

    /// What its messages give.
    public var content: Content {
        switch type {
        case .compressedImage, .rosCompressedImage: .image
        case .cameraCalibration, .rosCameraInfo: .calibration
        case .frameTransform, .frameTransforms, .rosTransforms, .rosOldTransforms, .rosTransform: .transforms
        case .poseInFrame, .rosOdometry, .rosPose: .pose
        }
    }

    /// Decodes a message.
    ///
    /// - Throws: `MCAPError` of kind `unreadableMessage`, or `unsupported`, which names the type.
    public func decode(_ data: ArraySlice<UInt8>) throws -> RecordedMessage {
        do {
            switch encoding {
            case .protobuf: return try decode(protobuf: data)
            case .json: return try decode(json: data)
            case .cdr: return try decode(try ROSReader(cdr: data))
            case .ros1: return try decode(ROSReader(ros1: data))
            }
        } catch let error as MCAPError {
            // What a cursor says of records is, here, said of a message.
            let kind = error.kind == .unsupported ? error.kind : .unreadableMessage
            throw MCAPError(kind, error.detail).of("a message of type \(type.rawValue)")
        }
    }

    private func decode(protobuf data: ArraySlice<UInt8>) throws -> RecordedMessage {
        switch content {
        case .image: return .image(try RecordedImage(protobuf: data))
        case .calibration: return .calibration(try RecordedCalibration(protobuf: data))
        case .pose: return .pose(try RecordedPose(protobuf: data))
        case .transforms:
            guard type == .frameTransforms else { return .transforms([try RecordedTransform(protobuf: data)]) }
            var transforms: [RecordedTransform] = []
            try ProtobufReader.read(data) { field in
                guard field.number == 1 else { return }
                try Self.judge(transforms.count)
                transforms.append(try RecordedTransform(protobuf: try field.bytes()))
            }
            return .transforms(transforms)
        }
    }

    private func decode(json data: ArraySlice<UInt8>) throws -> RecordedMessage {
        switch content {
        case .image: return .image(try RecordedImage(json: data))
        case .calibration: return .calibration(try RecordedCalibration(json: data))
        case .pose: return .pose(try RecordedPose(json: data))
        case .transforms:
            guard type == .frameTransforms else { return .transforms([try RecordedTransform(json: data)]) }
            var transforms: [RecordedTransform] = []
            try MessageJSON.read(data) { json, key throws(MCAPError) in
                guard key == "transforms" else { return try json.skip() }
                try json.array { json throws(MCAPError) in
                    try Self.judge(transforms.count)
                    transforms.append(try RecordedTransform(json: &json))
                }
            }
            return .transforms(transforms)
        }
    }

    private func decode(_ start: ROSReader) throws -> RecordedMessage {
        var reader = start
        switch content {
        case .image: return .image(try RecordedImage(ros: &reader))
        case .calibration: return .calibration(try RecordedCalibration(ros: &reader))
        case .pose: return .pose(try RecordedPose(ros: &reader, isOdometry: type == .rosOdometry))
        case .transforms:
            if type == .rosTransform { return .transforms([try RecordedTransform(ros: &reader)]) }
            // A transform takes at least seven doubles.
            let count = try reader.count(elementBytes: 56, limit: Self.transformLimit)
            var transforms: [RecordedTransform] = []
            for _ in 0..<count { transforms.append(try RecordedTransform(ros: &reader)) }
            return .transforms(transforms)
        }
    }

    private static func judge(_ count: Int) throws(MCAPError) {
        guard count < transformLimit else {
            throw MCAPError(.unreadableMessage, "more than \(transformLimit) transforms")
        }
    }
}
