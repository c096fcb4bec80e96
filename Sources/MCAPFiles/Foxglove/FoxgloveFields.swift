/// Names, numbers and types of the fields of Foxglove's messages.
///
/// https://docs.foxglove.dev/docs/visualization/message-schemas; the tests compare them with the official descriptors.
enum FoxgloveFields {
    struct Field {
        enum Kind {
            /// The type's number in descriptors.
            case scalar(UInt64)
            case message(String)
            /// The choice that the message itself declares.
            case choice
        }

        let name: String
        let number: UInt64
        let kind: Kind
        let isRepeated: Bool
    }

    /// An enum in a message; its values count from 0.
    struct Choice {
        let name: String
        let values: [String]
    }

    /// Messages that are protobuf's own.
    static let ofProtobuf: Set<String> = ["Timestamp", "Duration"]

    /// The enums of messages.
    static let choices: [String: Choice] = [
        "PackedElementField": Choice(
            name: "NumericType",
            values: ["UNKNOWN", "UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32", "FLOAT32", "FLOAT64"]
        ),
        "LinePrimitive": Choice(name: "Type", values: ["LINE_STRIP", "LINE_LOOP", "LINE_LIST"]),
        "SceneEntityDeletion": Choice(name: "Type", values: ["MATCHING_ID", "ALL"]),
    ]

    /// The fields of messages.
    static let messages: [String: [Field]] = [
        "Timestamp": [int64("seconds", 1), int32("nanos", 2)],
        "Duration": [int64("seconds", 1), int32("nanos", 2)],
        "Vector3": xyz,
        "Point3": xyz,
        "Quaternion": xyz + [double("w", 4)],
        "Pose": [message("position", 1, "Vector3"), message("orientation", 2, "Quaternion")],
        "Color": [double("r", 1), double("g", 2), double("b", 3), double("a", 4)],
        "KeyValuePair": [text("key", 1), text("value", 2)],
        "PackedElementField": [text("name", 1), fixed32("offset", 2), choice("type", 3)],
        "CompressedImage": [time, text("frame_id", 4), bytes("data", 2), text("format", 3)],
        "CameraCalibration": [
            time, text("frame_id", 9), fixed32("width", 2), fixed32("height", 3), text("distortion_model", 4),
            double("D", 5, isRepeated: true), double("K", 6, isRepeated: true), double("R", 7, isRepeated: true),
            double("P", 8, isRepeated: true),
        ],
        "FrameTransform": [
            time, text("parent_frame_id", 2), text("child_frame_id", 3), message("translation", 4, "Vector3"),
            message("rotation", 5, "Quaternion"),
        ],
        "FrameTransforms": [list("transforms", 1, "FrameTransform")],
        "PoseInFrame": [time, text("frame_id", 2), message("pose", 3, "Pose")],
        "PointCloud": [
            time, text("frame_id", 2), message("pose", 3, "Pose"), fixed32("point_stride", 4),
            list("fields", 5, "PackedElementField"), bytes("data", 6),
        ],
        "VoxelGrid": [
            time, text("frame_id", 2), message("pose", 3, "Pose"), fixed32("row_count", 4), fixed32("column_count", 5),
            message("cell_size", 6, "Vector3"), fixed32("slice_stride", 7), fixed32("row_stride", 8),
            fixed32("cell_stride", 9), list("fields", 10, "PackedElementField"), bytes("data", 11),
        ],
        "SceneUpdate": [list("deletions", 1, "SceneEntityDeletion"), list("entities", 2, "SceneEntity")],
        "SceneEntityDeletion": [time, choice("type", 2), text("id", 3)],
        "SceneEntity": [
            time, text("frame_id", 2), text("id", 3), message("lifetime", 4, "Duration"), bool("frame_locked", 5),
            list("metadata", 6, "KeyValuePair"), list("arrows", 7, "ArrowPrimitive"), list("cubes", 8, "CubePrimitive"),
            list("spheres", 9, "SpherePrimitive"), list("cylinders", 10, "CylinderPrimitive"),
            list("lines", 11, "LinePrimitive"), list("triangles", 12, "TriangleListPrimitive"),
            list("texts", 13, "TextPrimitive"), list("models", 14, "ModelPrimitive"),
        ],
        "ArrowPrimitive": [
            pose(1), double("shaft_length", 2), double("shaft_diameter", 3), double("head_length", 4),
            double("head_diameter", 5), colour(6),
        ],
        "CubePrimitive": [pose(1), message("size", 2, "Vector3"), colour(3)],
        "SpherePrimitive": [pose(1), message("size", 2, "Vector3"), colour(3)],
        "CylinderPrimitive": [
            pose(1), message("size", 2, "Vector3"), double("bottom_scale", 3), double("top_scale", 4), colour(5),
        ],
        "LinePrimitive": [
            choice("type", 1), pose(2), double("thickness", 3), bool("scale_invariant", 4), list("points", 5, "Point3"),
            colour(6), list("colors", 7, "Color"), fixed32("indices", 8, isRepeated: true),
        ],
        "TriangleListPrimitive": [
            pose(1), list("points", 2, "Point3"), colour(3), list("colors", 4, "Color"),
            fixed32("indices", 5, isRepeated: true),
        ],
        "TextPrimitive": [
            pose(1), bool("billboard", 2), double("font_size", 3), bool("scale_invariant", 4), colour(5),
            text("text", 6),
        ],
        "ModelPrimitive": [
            pose(1), message("scale", 2, "Vector3"), colour(3), bool("override_color", 4), text("url", 5),
            text("media_type", 6), bytes("data", 7),
        ],
    ]

    private static let xyz = [double("x", 1), double("y", 2), double("z", 3)]
    private static let time = message("timestamp", 1, "Timestamp")

    private static func pose(_ number: UInt64) -> Field { message("pose", number, "Pose") }
    private static func colour(_ number: UInt64) -> Field { message("color", number, "Color") }

    private static func scalar(_ name: String, _ number: UInt64, _ type: UInt64, _ isRepeated: Bool = false) -> Field {
        Field(name: name, number: number, kind: .scalar(type), isRepeated: isRepeated)
    }
    private static func double(_ name: String, _ number: UInt64, isRepeated: Bool = false) -> Field {
        scalar(name, number, 1, isRepeated)
    }
    private static func int64(_ name: String, _ number: UInt64) -> Field { scalar(name, number, 3) }
    private static func int32(_ name: String, _ number: UInt64) -> Field { scalar(name, number, 5) }
    private static func fixed32(_ name: String, _ number: UInt64, isRepeated: Bool = false) -> Field {
        scalar(name, number, 7, isRepeated)
    }
    private static func bool(_ name: String, _ number: UInt64) -> Field { scalar(name, number, 8) }
    private static func text(_ name: String, _ number: UInt64) -> Field { scalar(name, number, 9) }
    private static func bytes(_ name: String, _ number: UInt64) -> Field { scalar(name, number, 12) }
    private static func choice(_ name: String, _ number: UInt64) -> Field {
        Field(name: name, number: number, kind: .choice, isRepeated: false)
    }
    private static func message(_ name: String, _ number: UInt64, _ type: String) -> Field {
        Field(name: name, number: number, kind: .message(type), isRepeated: false)
    }
    private static func list(_ name: String, _ number: UInt64, _ type: String) -> Field {
        Field(name: name, number: number, kind: .message(type), isRepeated: true)
    }
}
