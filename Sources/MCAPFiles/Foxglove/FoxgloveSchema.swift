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
    case pointCloud = "PointCloud"
    case voxelGrid = "VoxelGrid"
    case sceneUpdate = "SceneUpdate"

    /// What channels write as their messages' encoding.
    public static let messageEncoding = "protobuf"

    /// The schema's name.
    public var name: String { "foxglove.\(rawValue)" }

    /// The `FileDescriptorSet`, which holds everything that the type needs.
    public var descriptors: [UInt8] {
        var set = ProtobufWriter()
        for name in Self.needs(of: rawValue) {
            set.add(1) { Self.append(name, FoxgloveFields.messages[name]!, to: &$0) }
        }
        return set.bytes
    }

    /// A message's name after those of all that it is made of.
    private static func needs(of name: String) -> [String] {
        var names: [String] = []
        for case .message(let inner) in FoxgloveFields.messages[name]!.map(\.kind) {
            for need in needs(of: inner) where !names.contains(need) { names.append(need) }
        }
        return names + [name]
    }

    private static func package(of name: String) -> String {
        FoxgloveFields.ofProtobuf.contains(name) ? "google.protobuf" : "foxglove"
    }

    private static func file(of name: String) -> String {
        FoxgloveFields.ofProtobuf.contains(name)
            ? "google/protobuf/\(name.lowercased()).proto" : "foxglove/\(name).proto"
    }

    /// `FileDescriptorProto`: name 1, package 2, dependency 3, message_type 4, syntax 12.
    private static func append(_ name: String, _ fields: [FoxgloveFields.Field], to file: inout ProtobufWriter) {
        file.add(1, text: self.file(of: name))
        file.add(2, text: package(of: name))
        var others: [String] = []
        for case .message(let inner) in fields.map(\.kind) where !others.contains(inner) { others.append(inner) }
        for other in others { file.add(3, text: self.file(of: other)) }
        file.add(4) { message in
            message.add(1, text: name)
            for field in fields { message.add(2) { append(field, of: name, to: &$0) } }
            if let choice = FoxgloveFields.choices[name] { message.add(4) { append(choice, to: &$0) } }
        }
        file.add(12, text: "proto3")
    }

    /// `EnumDescriptorProto`: name 1, values 2 (name 1, number 2, which stands there though it be 0).
    private static func append(_ choice: FoxgloveFields.Choice, to builder: inout ProtobufWriter) {
        builder.add(1, text: choice.name)
        for (number, name) in choice.values.enumerated() {
            builder.add(2) {
                $0.add(1, text: name)
                $0.add(2, presentVarint: UInt64(number))
            }
        }
    }

    /// `FieldDescriptorProto`: name 1, number 3, label 4 (1 optional, 3 repeated), type 5 (11: message, 14: enum), type_name 6.
    private static func append(_ field: FoxgloveFields.Field, of message: String, to builder: inout ProtobufWriter) {
        builder.add(1, text: field.name)
        builder.add(3, varint: field.number)
        builder.add(4, varint: field.isRepeated ? 3 : 1)
        switch field.kind {
        case .scalar(let type): builder.add(5, varint: type)
        case .message(let type):
            builder.add(5, varint: 11)
            builder.add(6, text: ".\(package(of: type)).\(type)")
        case .choice:
            builder.add(5, varint: 14)
            builder.add(6, text: ".\(package(of: message)).\(message).\(FoxgloveFields.choices[message]!.name)")
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
