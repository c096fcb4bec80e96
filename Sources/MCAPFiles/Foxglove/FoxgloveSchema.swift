/// Schemas of Foxglove's messages in protobuf, as `FileDescriptorSet`s made by hand.
///
/// Names and numbers of fields: https://docs.foxglove.dev/docs/visualization/message-schemas; descriptors:
/// https://protobuf.com/docs/descriptors.
public enum FoxgloveSchema: String, CaseIterable, Sendable {
    case compressedImage = "CompressedImage"
    case cameraCalibration = "CameraCalibration"
    case frameTransform = "FrameTransform"
    case frameTransforms = "FrameTransforms"
    case poseInFrame = "PoseInFrame"

    /// What channels write as their messages' encoding.
    public static let messageEncoding = "protobuf"

    /// The schema's name.
    public var name: String { "foxglove.\(rawValue)" }

    /// The `FileDescriptorSet`, which holds everything that the type needs.
    public var descriptors: [UInt8] {
        var set = ProtobufWriter()
        for name in Self.needs(of: rawValue) {
            set.add(1) { Self.append(name, Self.fields[name]!, to: &$0) }
        }
        return set.bytes
    }

    private static let time = "Timestamp"

    /// A field: its name, its number, its type's number in descriptors or its message's name, and whether it is repeated.
    private struct Field {
        enum Kind {
            case scalar(UInt64)
            case message(String)
        }

        let name: String
        let number: UInt64
        let kind: Kind
        let isRepeated: Bool

        static func double(_ name: String, _ number: UInt64, isRepeated: Bool = false) -> Field {
            Field(name: name, number: number, kind: .scalar(1), isRepeated: isRepeated)
        }
        static func int64(_ name: String, _ number: UInt64) -> Field {
            Field(name: name, number: number, kind: .scalar(3), isRepeated: false)
        }
        static func int32(_ name: String, _ number: UInt64) -> Field {
            Field(name: name, number: number, kind: .scalar(5), isRepeated: false)
        }
        static func fixed32(_ name: String, _ number: UInt64) -> Field {
            Field(name: name, number: number, kind: .scalar(7), isRepeated: false)
        }
        static func text(_ name: String, _ number: UInt64) -> Field {
            Field(name: name, number: number, kind: .scalar(9), isRepeated: false)
        }
        static func bytes(_ name: String, _ number: UInt64) -> Field {
            Field(name: name, number: number, kind: .scalar(12), isRepeated: false)
        }
        static func message(_ name: String, _ number: UInt64, _ type: String, isRepeated: Bool = false) -> Field {
            Field(name: name, number: number, kind: .message(type), isRepeated: isRepeated)
        }
    }

    private static let fields: [String: [Field]] = [
        time: [.int64("seconds", 1), .int32("nanos", 2)],
        "Vector3": [.double("x", 1), .double("y", 2), .double("z", 3)],
        "Quaternion": [.double("x", 1), .double("y", 2), .double("z", 3), .double("w", 4)],
        "Pose": [.message("position", 1, "Vector3"), .message("orientation", 2, "Quaternion")],
        "CompressedImage": [
            .message("timestamp", 1, time), .text("frame_id", 4), .bytes("data", 2), .text("format", 3),
        ],
        "CameraCalibration": [
            .message("timestamp", 1, time), .text("frame_id", 9), .fixed32("width", 2), .fixed32("height", 3),
            .text("distortion_model", 4), .double("D", 5, isRepeated: true), .double("K", 6, isRepeated: true),
            .double("R", 7, isRepeated: true), .double("P", 8, isRepeated: true),
        ],
        "FrameTransform": [
            .message("timestamp", 1, time), .text("parent_frame_id", 2), .text("child_frame_id", 3),
            .message("translation", 4, "Vector3"), .message("rotation", 5, "Quaternion"),
        ],
        "FrameTransforms": [.message("transforms", 1, "FrameTransform", isRepeated: true)],
        "PoseInFrame": [.message("timestamp", 1, time), .text("frame_id", 2), .message("pose", 3, "Pose")],
    ]

    /// A message's name after those of all that it is made of.
    private static func needs(of name: String) -> [String] {
        var names: [String] = []
        for case .message(let inner) in fields[name]!.map(\.kind) {
            for need in needs(of: inner) where !names.contains(need) { names.append(need) }
        }
        return names + [name]
    }

    private static func package(of name: String) -> String { name == time ? "google.protobuf" : "foxglove" }

    private static func file(of name: String) -> String {
        name == time ? "google/protobuf/timestamp.proto" : "foxglove/\(name).proto"
    }

    /// `FileDescriptorProto`: name 1, package 2, dependency 3, message_type 4, syntax 12.
    private static func append(_ name: String, _ fields: [Field], to file: inout ProtobufWriter) {
        file.add(1, text: self.file(of: name))
        file.add(2, text: package(of: name))
        var others: [String] = []
        for case .message(let inner) in fields.map(\.kind) where !others.contains(inner) { others.append(inner) }
        for other in others { file.add(3, text: self.file(of: other)) }
        file.add(4) { message in
            message.add(1, text: name)
            for field in fields { message.add(2) { append(field, to: &$0) } }
        }
        file.add(12, text: "proto3")
    }

    /// `FieldDescriptorProto`: name 1, number 3, label 4 (1 optional, 3 repeated), type 5 (11: message), type_name 6.
    private static func append(_ field: Field, to builder: inout ProtobufWriter) {
        builder.add(1, text: field.name)
        builder.add(3, varint: field.number)
        builder.add(4, varint: field.isRepeated ? 3 : 1)
        switch field.kind {
        case .scalar(let type): builder.add(5, varint: type)
        case .message(let type):
            builder.add(5, varint: 11)
            builder.add(6, text: ".\(package(of: type)).\(type)")
        }
    }
}

extension MCAPWriter {
    /// Adds one of Foxglove's schemas and gives its number.
    ///
    /// - Throws: as `addSchema`.
    public func add(_ schema: FoxgloveSchema) throws -> UInt16 {
        try addSchema(name: schema.name, encoding: "protobuf", data: schema.descriptors)
    }
}
