/// All boxes of a topic at one moment, which are only written; those of earlier moments go.
public struct RecordedSceneUpdate: Hashable, Sendable {
    /// A box with a text above it.
    public struct Box: Hashable, Sendable {
        /// What tells it from the others of this moment.
        public var id: String
        /// The centre, metres.
        public var centre: SIMD3<Double>
        /// A unit quaternion as x, y, z, w.
        public var rotation: SIMD4<Double>
        /// The extents along its own x, y and z, metres.
        public var size: SIMD3<Double>
        /// Red, green, blue and opacity, 0 to 1.
        public var colour: SIMD4<Double>
        /// What stands above it.
        public var text: String
        /// What else is known of it, in this order.
        public var metadata: [Entry]

        /// Makes a box from its parts.
        public init(
            id: String,
            centre: SIMD3<Double>,
            rotation: SIMD4<Double>,
            size: SIMD3<Double>,
            colour: SIMD4<Double>,
            text: String,
            metadata: [Entry]
        ) {
            (self.id, self.centre, self.rotation, self.size) = (id, centre, rotation, size)
            (self.colour, self.text, self.metadata) = (colour, text, metadata)
        }
    }

    /// A line of what is known of a box.
    public struct Entry: Hashable, Sendable {
        /// What it is.
        public var key: String
        /// Its value, as text.
        public var value: String

        /// Makes an entry.
        public init(_ key: String, _ value: String) { (self.key, self.value) = (key, value) }
    }

    /// How high letters are, metres.
    public static let letters_m = 0.5

    /// When the boxes were there, nanoseconds.
    public var time_ns: Int64
    /// The frame of their places, whose z points up.
    public var frame: String
    /// The boxes.
    public var boxes: [Box]

    /// Makes an update from its parts.
    public init(time_ns: Int64, frame: String, boxes: [Box]) {
        (self.time_ns, self.frame, self.boxes) = (time_ns, frame, boxes)
    }

    /// The update as `foxglove.SceneUpdate` in protobuf: a deletion of all older entities, then an entity a box.
    public var protobuf: [UInt8] {
        var message = ProtobufWriter()
        message.add(1) {
            $0.add(1, time_ns: time_ns)
            $0.add(2, varint: 1)
        }
        for box in boxes { message.add(2) { append(box, to: &$0) } }
        return message.bytes
    }

    /// `SceneEntity`: timestamp 1, frame_id 2, id 3, frame_locked 5, metadata 6, cubes 8, texts 13.
    private func append(_ box: Box, to entity: inout ProtobufWriter) {
        entity.add(1, time_ns: time_ns)
        entity.add(2, text: frame)
        entity.add(3, text: box.id)
        entity.add(5, varint: 1)
        for entry in box.metadata {
            entity.add(6) {
                $0.add(1, text: entry.key)
                $0.add(2, text: entry.value)
            }
        }
        entity.add(8) {
            $0.add(1, position: box.centre, orientation: box.rotation)
            $0.add(2) { $0.add(box.size) }
            $0.add(3) { $0.add(box.colour) }
        }
        guard !box.text.isEmpty else { return }
        entity.add(13) {
            $0.add(1, position: box.centre + SIMD3(0, 0, box.size.z / 2 + Self.letters_m))
            $0.add(2, varint: 1)
            $0.add(3, double: Self.letters_m)
            $0.add(5) { $0.add(SIMD4(box.colour.x, box.colour.y, box.colour.z, 1)) }
            $0.add(6, text: box.text)
        }
    }
}
