import Datasets
import Foundation
import MCAPFiles
import Scenes

/// A recording of a scene, as a vehicle would have made it: calibrations, transforms, poses, and the pictures byte for byte.
struct DatasetRecording {
    enum Form: String, CaseIterable {
        case foxglove, ros2
    }

    private static let types: [Form: [String: (schema: FoxgloveSchema?, name: String)]] = [
        .foxglove: [
            "image": (.compressedImage, ""), "calibration": (.cameraCalibration, ""), "tf": (.frameTransforms, ""),
            "pose": (.poseInFrame, ""),
        ],
        .ros2: [
            "image": (nil, "sensor_msgs/msg/CompressedImage"), "calibration": (nil, "sensor_msgs/msg/CameraInfo"),
            "tf": (nil, "tf2_msgs/msg/TFMessage"), "pose": (nil, "nav_msgs/msg/Odometry"),
        ],
    ]

    private let form: Form
    private let writer: MCAPWriter
    private let sink = MCAPMemorySink()
    private var channels: [String: UInt16] = [:]

    /// Makes the recording of a scene, whose pictures lie in a folder.
    static func bytes(_ scene: SceneFrames, pictures folder: String, as form: Form) throws -> [UInt8] {
        var recording = try DatasetRecording(form)
        try recording.write(scene, folder)
        try recording.writer.finish()
        return recording.sink.bytes
    }

    private init(_ form: Form) throws {
        self.form = form
        writer = try MCAPWriter(sink, profile: form == .ros2 ? "ros2" : "", chunkBytes: 20_000)
    }

    private mutating func write(_ scene: SceneFrames, _ folder: String) throws {
        let first = scene.samples[0]
        let start = first.timestamp_us * 1000
        var mounts = first.cameras.map { transform("base_link", $0.channel, $0.sensorToEgo, start) }
        if let lidar = first.lidar { mounts.append(transform("base_link", "lidar", lidar.sensorToEgo, start)) }
        try put("tf", "/tf_static", start, mounts)
        for camera in first.cameras {
            var found = RecordedCalibration(
                time_ns: start,
                frame: camera.channel,
                width: UInt32(camera.width),
                height: UInt32(camera.height)
            )
            (found.model, found.k) = ("plumb_bob", camera.intrinsics)
            found.d = [0, 0, 0, 0, 0]
            try put("calibration", "/\(camera.channel)/calibration", start, found)
        }
        for sample in scene.samples {
            let pose = sample.lidar?.egoToGlobal ?? sample.cameras[0].egoToGlobal
            // The vehicle's way is told in both forms: by transforms, and by messages of poses.
            try putWay(pose, sample.timestamp_us * 1000, isSample: true)
            for camera in sample.cameras {
                let time = camera.timestamp_us * 1000
                try putWay(camera.egoToGlobal, time, isSample: false)
                let jpeg = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(camera.imagePath)")))
                let image = RecordedImage(time_ns: time, frame: camera.channel, format: "jpeg", data: jpeg[...])
                try put("image", "/\(camera.channel)/image", time, image)
            }
        }
    }

    private mutating func putWay(_ pose: RigidTransform, _ time: Int64, isSample: Bool) throws {
        let parts = transform("map", "base_link", pose, time)
        if form == .foxglove { try put("tf", "/tf", time, [parts]) }
        let told = RecordedPose(
            time_ns: time,
            frame: "map",
            child: "base_link",
            translation: parts.translation,
            rotation: parts.rotation
        )
        if form == .ros2 { try put("pose", "/odometry", time, told) }
        if isSample { try put("pose", "/keyframe", time, told) }
    }

    private func transform(_ parent: String, _ child: String, _ pose: RigidTransform, _ time: Int64)
        -> RecordedTransform
    {
        let q = pose.rotation
        return RecordedTransform(
            time_ns: time,
            parent: parent,
            child: child,
            translation: pose.translation,
            rotation: SIMD4(q.x, q.y, q.z, q.w)
        )
    }

    private mutating func put(_ kind: String, _ topic: String, _ time: Int64, _ content: Any) throws {
        let type = Self.types[form]![kind]!
        if channels[topic] == nil {
            let schema =
                try type.schema.map { try writer.add($0) }
                ?? writer.addSchema(name: type.name, encoding: "ros2msg", data: [])
            let encoding = form == .ros2 ? "cdr" : FoxgloveSchema.messageEncoding
            channels[topic] = try writer.addChannel(topic: topic, schema: schema, messageEncoding: encoding)
        }
        let data: [UInt8]
        switch (content, form) {
        case (let image as RecordedImage, .foxglove): data = image.protobuf
        case (let calibration as RecordedCalibration, .foxglove): data = calibration.protobuf
        case (let transforms as [RecordedTransform], .foxglove): data = RecordedTransform.protobuf(transforms)
        case (let pose as RecordedPose, .foxglove): data = pose.protobuf
        case (let image as RecordedImage, .ros2): data = CDRWriter.bytes(image)
        case (let calibration as RecordedCalibration, .ros2): data = CDRWriter.bytes(calibration)
        case (let transforms as [RecordedTransform], .ros2): data = CDRWriter.bytes(transforms)
        case (let pose as RecordedPose, .ros2): data = CDRWriter.bytes(odometry: pose)
        default: preconditionFailure("no message of \(content)")
        }
        try writer.write(data, channel: channels[topic]!, logTime_ns: time)
    }
}

/// Writes the ROS 2 messages that a test needs: plain CDR, little endian.
struct CDRWriter {
    private var bytes: [UInt8] = []

    static func bytes(_ image: RecordedImage) -> [UInt8] {
        var writer = CDRWriter()
        writer.header(image.time_ns, image.frame)
        writer.text(image.format)
        writer.add(UInt32(image.data.count))
        writer.bytes += image.data
        return writer.whole
    }

    static func bytes(_ calibration: RecordedCalibration) -> [UInt8] {
        var writer = CDRWriter()
        writer.header(calibration.time_ns, calibration.frame)
        writer.add(calibration.height)
        writer.add(calibration.width)
        writer.text(calibration.model)
        writer.add(UInt32(calibration.d.count))
        let rest = [Double](repeating: 0, count: 21)
        for number in calibration.d + calibration.k + rest { writer.add(number.bitPattern) }
        for _ in 0..<6 { writer.add(UInt32(0)) }
        writer.add(UInt8(0))
        return writer.whole
    }

    static func bytes(_ transforms: [RecordedTransform]) -> [UInt8] {
        var writer = CDRWriter()
        writer.add(UInt32(transforms.count))
        for transform in transforms {
            writer.header(transform.time_ns, transform.parent)
            writer.text(transform.child)
            writer.pose(transform.translation, transform.rotation)
        }
        return writer.whole
    }

    static func bytes(odometry pose: RecordedPose) -> [UInt8] {
        var writer = CDRWriter()
        writer.header(pose.time_ns, pose.frame)
        writer.text(pose.child)
        writer.pose(pose.translation, pose.rotation)
        for _ in 0..<78 { writer.add(UInt64(0)) }
        return writer.whole
    }

    private var whole: [UInt8] { [0, 1, 0, 0] + bytes }

    private mutating func header(_ time_ns: Int64, _ frame: String) {
        add(UInt32(time_ns / 1_000_000_000))
        add(UInt32(time_ns % 1_000_000_000))
        text(frame)
    }

    private mutating func pose(_ translation: SIMD3<Double>, _ rotation: SIMD4<Double>) {
        for index in 0..<3 { add(translation[index].bitPattern) }
        for index in 0..<4 { add(rotation[index].bitPattern) }
    }

    private mutating func text(_ text: String) {
        add(UInt32(text.utf8.count + 1))
        bytes += text.utf8
        bytes.append(0)
    }

    private mutating func add(_ value: some FixedWidthInteger) {
        while bytes.count % (value.bitWidth / 8) != 0 { bytes.append(0) }
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }
}
