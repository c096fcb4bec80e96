internal import SystemSupport

/// A camera's calibration as its message has it; nothing is judged but that numbers are finite and lists have a legal length.
public struct RecordedCalibration: Hashable, Sendable {
    /// The part of the sensor's picture that was sent.
    public struct Region: Hashable, Sendable {
        /// Left edge, pixels.
        public var x: UInt32 = 0
        /// Upper edge, pixels.
        public var y: UInt32 = 0
        /// Pixels a row; 0: all.
        public var width: UInt32 = 0
        /// Rows; 0: all.
        public var height: UInt32 = 0

        /// Makes the region that is all of the picture.
        public init() {}
    }

    /// The most numbers of a distortion.
    public static let distortionLimit = 64

    /// When it held, nanoseconds.
    public var time_ns: Int64 = 0
    /// The camera's frame.
    public var frame = ""
    /// Pixels a row of the picture that was calibrated.
    public var width: UInt32 = 0
    /// Rows of the picture that was calibrated.
    public var height: UInt32 = 0
    /// The distortion's name: `plumb_bob`, `rational_polynomial`, `equidistant`, `kannala_brandt`, ...; may be empty.
    public var model = ""
    /// The distortion's numbers, in the order of its model.
    public var d: [Double] = []
    /// The camera's matrix, 3 x 3, row by row; empty where the message has none.
    public var k: [Double] = []
    /// The rectification, 3 x 3, row by row; empty where the message has none.
    public var r: [Double] = []
    /// The projection of the rectified picture, 3 x 4, row by row; empty where the message has none.
    public var p: [Double] = []
    /// Pixels of the sensor a pixel of the picture, in x and y; 0 and 1 are the same.
    public var binning = SIMD2<UInt32>(0, 0)
    /// The part of the sensor that was sent.
    public var region = Region()

    /// Makes a calibration of a picture's size; the rest is to be set.
    public init(time_ns: Int64, frame: String, width: UInt32, height: UInt32) {
        (self.time_ns, self.frame, self.width, self.height) = (time_ns, frame, width, height)
    }

    init(protobuf data: ArraySlice<UInt8>) throws {
        var time = FoxgloveTime()
        try ProtobufReader.read(data) { field in
            switch field.number {
            case 1: try time.take(field)
            case 2: width = try field.fixed32()
            case 3: height = try field.fixed32()
            case 4: model = try field.text()
            case 5: try field.append(to: &d, limit: Self.distortionLimit)
            case 6: try field.append(to: &k, limit: 9)
            case 7: try field.append(to: &r, limit: 9)
            case 8: try field.append(to: &p, limit: 12)
            case 9: frame = try field.text()
            default: break
            }
        }
        time_ns = try time.nanoseconds()
        try judge()
    }

    init(json data: ArraySlice<UInt8>) throws(MCAPError) {
        try MessageJSON.read(data) { json, key throws(MCAPError) in
            switch key {
            case "timestamp": time_ns = try json.time_ns()
            case "frame_id": frame = try json.string()
            case "width": width = try json.size()
            case "height": height = try json.size()
            case "distortion_model": model = try json.string()
            case "D": d = try json.numbers(limit: Self.distortionLimit)
            case "K": k = try json.numbers(limit: 9)
            case "R": r = try json.numbers(limit: 9)
            case "P": p = try json.numbers(limit: 12)
            default: try json.skip()
            }
        }
        try judge()
    }

    init(ros reader: inout ROSReader) throws {
        (time_ns, frame) = try reader.header()
        height = try reader.integer(UInt32.self)
        width = try reader.integer(UInt32.self)
        model = try reader.text()
        d = try reader.doubles(try reader.count(elementBytes: 8, limit: Self.distortionLimit))
        k = try reader.doubles(9)
        r = try reader.doubles(9)
        p = try reader.doubles(12)
        binning = SIMD2(try reader.integer(UInt32.self), try reader.integer(UInt32.self))
        region.x = try reader.integer(UInt32.self)
        region.y = try reader.integer(UInt32.self)
        region.height = try reader.integer(UInt32.self)
        region.width = try reader.integer(UInt32.self)
        _ = try reader.integer(UInt8.self)
        try judge()
    }

    private func judge() throws(MCAPError) {
        for (name, list, count) in [("K", k, 9), ("R", r, 9), ("P", p, 12)] where !list.isEmpty && list.count != count {
            throw MCAPError(.unreadableMessage, "\(name) has \(list.count) numbers where \(count) belong")
        }
        for (name, list) in [("D", d), ("K", k), ("R", r), ("P", p)] where !list.allSatisfy(\.isFinite) {
            throw MCAPError(.unreadableMessage, "\(name) has a number that is not finite")
        }
    }
}
