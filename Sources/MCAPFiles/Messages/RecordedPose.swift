internal import SystemSupport

/// Where a frame is in another one: `p_parent = rotation * p_child + translation`.
public struct RecordedTransform: Hashable, Sendable {
    /// When it held, nanoseconds.
    public var time_ns: Int64 = 0
    /// The frame that points are taken to.
    public var parent = ""
    /// The frame that points are taken from.
    public var child = ""
    /// Metres.
    public var translation = SIMD3<Double>.zero
    /// A unit quaternion as x, y, z, w.
    public var rotation = SIMD4<Double>(0, 0, 0, 1)

    /// Makes a transform from its parts.
    public init(
        time_ns: Int64,
        parent: String,
        child: String,
        translation: SIMD3<Double>,
        rotation: SIMD4<Double>
    ) {
        (self.time_ns, self.parent, self.child) = (time_ns, parent, child)
        (self.translation, self.rotation) = (translation, rotation)
    }

    private init() {}

    init(protobuf data: ArraySlice<UInt8>) throws {
        var time = FoxgloveTime()
        var pose = FoxglovePose()
        try ProtobufReader.read(data) { field in
            switch field.number {
            case 1: try time.take(field)
            case 2: parent = try field.text()
            case 3: child = try field.text()
            case 4: try pose.takeTranslation(field)
            case 5: try pose.takeRotation(field)
            default: break
            }
        }
        time_ns = try time.nanoseconds()
        (translation, rotation) = try pose.judged()
    }

    init(json: inout MessageJSON) throws(MCAPError) {
        var pose = FoxglovePose()
        var made = RecordedTransform()
        try json.object { json, key throws(MCAPError) in
            try made.take(key, &pose, &json)
        }
        (made.translation, made.rotation) = try pose.judged()
        self = made
    }

    init(json data: ArraySlice<UInt8>) throws(MCAPError) {
        var pose = FoxglovePose()
        var made = RecordedTransform()
        try MessageJSON.read(data) { json, key throws(MCAPError) in
            try made.take(key, &pose, &json)
        }
        (made.translation, made.rotation) = try pose.judged()
        self = made
    }

    private mutating func take(
        _ key: String,
        _ pose: inout FoxglovePose,
        _ json: inout MessageJSON
    ) throws(MCAPError) {
        switch key {
        case "timestamp": time_ns = try json.time_ns()
        case "parent_frame_id": parent = try json.string()
        case "child_frame_id": child = try json.string()
        case "translation": try pose.takeTranslation(&json)
        case "rotation": try pose.takeRotation(&json)
        default: try json.skip()
        }
    }

    init(ros reader: inout ROSReader) throws {
        (time_ns, parent) = try reader.header()
        child = try reader.text()
        (translation, rotation) = try FoxglovePose(ros: &reader).judged()
    }
}

/// Where something is in a frame.
public struct RecordedPose: Hashable, Sendable {
    /// When it was there, nanoseconds.
    public var time_ns: Int64 = 0
    /// The frame that the pose is told in.
    public var frame = ""
    /// The frame whose pose it is; empty where the message does not say.
    public var child = ""
    /// Metres.
    public var translation = SIMD3<Double>.zero
    /// A unit quaternion as x, y, z, w.
    public var rotation = SIMD4<Double>(0, 0, 0, 1)

    /// Makes a pose from its parts.
    public init(
        time_ns: Int64,
        frame: String,
        child: String = "",
        translation: SIMD3<Double>,
        rotation: SIMD4<Double>
    ) {
        (self.time_ns, self.frame, self.child) = (time_ns, frame, child)
        (self.translation, self.rotation) = (translation, rotation)
    }

    init(protobuf data: ArraySlice<UInt8>) throws {
        var time = FoxgloveTime()
        var pose = FoxglovePose()
        try ProtobufReader.read(data) { field in
            switch field.number {
            case 1: try time.take(field)
            case 2: frame = try field.text()
            case 3:
                try ProtobufReader.read(try field.bytes()) { part in
                    switch part.number {
                    case 1: try pose.takeTranslation(part)
                    case 2: try pose.takeRotation(part)
                    default: break
                    }
                }
            default: break
            }
        }
        time_ns = try time.nanoseconds()
        (translation, rotation) = try pose.judged()
    }

    init(json data: ArraySlice<UInt8>) throws(MCAPError) {
        var pose = FoxglovePose()
        try MessageJSON.read(data) { json, key throws(MCAPError) in
            switch key {
            case "timestamp": time_ns = try json.time_ns()
            case "frame_id": frame = try json.string()
            case "pose":
                try json.object { json, key throws(MCAPError) in
                    switch key {
                    case "position": try pose.takeTranslation(&json)
                    case "orientation": try pose.takeRotation(&json)
                    default: try json.skip()
                    }
                }
            default: try json.skip()
            }
        }
        (translation, rotation) = try pose.judged()
    }

    /// `geometry_msgs/PoseStamped`, or `nav_msgs/Odometry`, which names the child.
    init(ros reader: inout ROSReader, isOdometry: Bool) throws {
        (time_ns, frame) = try reader.header()
        if isOdometry { child = try reader.text() }
        (translation, rotation) = try FoxglovePose(ros: &reader).judged()
        // Covariance, velocities and theirs; they are read so that a message that ends early is found.
        if isOdometry { _ = try reader.doubles(36 + 6 + 36) }
    }
}
