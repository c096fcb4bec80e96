extension RecordedImage {
    /// The picture as `foxglove.CompressedImage` in protobuf.
    public var protobuf: [UInt8] {
        var message = ProtobufWriter()
        message.add(1, time_ns: time_ns)
        message.add(2, bytes: data)
        message.add(3, text: format)
        message.add(4, text: frame)
        return message.bytes
    }
}

extension RecordedCalibration {
    /// The calibration as `foxglove.CameraCalibration` in protobuf, which knows no binning and no region.
    public var protobuf: [UInt8] {
        var message = ProtobufWriter()
        message.add(1, time_ns: time_ns)
        message.add(2, fixed32: width)
        message.add(3, fixed32: height)
        message.add(4, text: model)
        message.add(5, doubles: d)
        message.add(6, doubles: k)
        message.add(7, doubles: r)
        message.add(8, doubles: p)
        message.add(9, text: frame)
        return message.bytes
    }
}

extension RecordedTransform {
    /// The transform as `foxglove.FrameTransform` in protobuf.
    public var protobuf: [UInt8] {
        var message = ProtobufWriter()
        message.add(1, time_ns: time_ns)
        message.add(2, text: parent)
        message.add(3, text: child)
        message.add(4) { $0.add(translation) }
        message.add(5) { $0.add(rotation) }
        return message.bytes
    }

    /// Transforms as `foxglove.FrameTransforms` in protobuf.
    public static func protobuf(_ transforms: [RecordedTransform]) -> [UInt8] {
        var message = ProtobufWriter()
        for transform in transforms { message.add(1, bytes: transform.protobuf) }
        return message.bytes
    }
}

extension RecordedPose {
    /// The pose as `foxglove.PoseInFrame` in protobuf, which does not name the child.
    public var protobuf: [UInt8] {
        var message = ProtobufWriter()
        message.add(1, time_ns: time_ns)
        message.add(2, text: frame)
        message.add(3, position: translation, orientation: rotation)
        return message.bytes
    }
}

extension ProtobufWriter {
    /// `google.protobuf.Timestamp`: whole seconds, rounded down, and the nanoseconds after them.
    mutating func add(_ number: Int, time_ns: Int64) {
        var (seconds, rest) = time_ns.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest < 0 { (seconds, rest) = (seconds - 1, rest + 1_000_000_000) }
        add(number) {
            $0.add(1, varint: UInt64(bitPattern: seconds))
            $0.add(2, varint: UInt64(rest))
        }
    }

    /// `foxglove.Pose`: position 1, orientation 2.
    mutating func add(_ number: Int, position: SIMD3<Double>, orientation: SIMD4<Double> = SIMD4(0, 0, 0, 1)) {
        add(number) {
            $0.add(1) { $0.add(position) }
            $0.add(2) { $0.add(orientation) }
        }
    }

    mutating func add(_ vector: SIMD3<Double>) {
        for index in 0..<3 { add(index + 1, double: vector[index]) }
    }

    mutating func add(_ rotation: SIMD4<Double>) {
        for index in 0..<4 { add(index + 1, double: rotation[index]) }
    }
}
