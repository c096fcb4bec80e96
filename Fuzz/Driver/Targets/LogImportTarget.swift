import Foundation
import ImageFiles
import Scenes
import SystemSupport

@testable import Datasets
@testable import MCAPFiles

extension FuzzTarget {
    /// A log that becomes a dataset: a recording and a configuration, to the manifest and the pictures that it names.
    ///
    /// The first byte's lowest two bits choose the keyframes, its highest says that the rest is a recording as it is and not a list of messages;
    /// a piece with the configuration follows, empty for the one that the recording suggests. What is made is JSON, the same each time, and
    /// a dataset that lacks no sample or picture, where its rig and its poses are such as manifests may have.
    static let importLog = FuzzTarget(
        name: "import-log",
        run: { input in
            var reader = InputReader(input)
            let flags = reader.byte()
            let text = reader.piece()
            let bytes = flags & 0x80 != 0 ? Array(reader.rest) : try LogMessages.recording(&reader)
            try TemporaryPath.with(bytes, suffix: ".mcap") { path in
                try judge(path, text, keyframes[Int(flags & 3)])
            }
        },
        seeds: { try LogMessages.seeds() }
    )

    private static let keyframes: [LogImport.Moments] = [
        .rate(2), .rate(50), .anchor(topic: "/odom"), .anchor(topic: "/front/image"),
    ]

    private static func judge(_ path: String, _ text: [UInt8], _ keyframes: LogImport.Moments) throws {
        guard let configuration = configuration(text, path) else { return }
        let name = String(path.split(separator: "/").last ?? "")
        let recording = LogImport.Recording(path: path, name: name)
        let log: LogImport
        let made: LogImport.Outcome
        do {
            log = try LogImport(configuration, moments: keyframes, scene: "s")
            made = try log.run([recording])
        } catch is LogImportError { return } catch is MCAPError { return }
        demand(try log.run([recording]).manifest == made.manifest, "another manifest of the same recording")
        for line in made.manifest.split(separator: UInt8(ascii: "\n")) {
            demand(try JSONSerialization.jsonObject(with: Data(line)) is [String: Any], "a line that is no JSON")
        }
        try TemporaryPath.with(made.manifest, suffix: ManifestDataset.suffix) { manifest in
            let options = ResolutionOptions(imageCheck: .present, pictureSizes: .sample)
            let scenes: [SceneFrames]
            do {
                scenes = try ManifestDataset.open(root: manifest).resolve(split: nil, options: options).scenes
            } catch is DatasetError { return }
            let samples = scenes.flatMap(\.samples)
            let cameras = samples.flatMap(\.cameras)
            demand(samples.count == made.sampleCount, "\(samples.count) of \(made.sampleCount) samples are read back")
            demand(
                cameras.count == made.pictureCounts.values.reduce(0, +),
                "\(cameras.count) pictures are read back, not as many as were written"
            )
            for camera in cameras.prefix(50) {
                let folder = String(manifest.dropLast(manifest.split(separator: "/").last?.count ?? 0))
                demand(
                    try camera.openPicture(in: folder).withBytes { $0.starts(with: [0xFF, 0xD8]) },
                    "a picture that is not where the manifest says"
                )
            }
        }
    }

    private static func configuration(_ text: [UInt8], _ path: String) -> LogConfiguration? {
        guard text.isEmpty else {
            return accepted { try JSONDecoder().decode(LogConfiguration.self, from: Data(text)) }
        }
        guard let file = accepted({ try MCAPFile(path: path) }),
            let survey = accepted({ try RecordingSurvey(file, effort: .some) })
        else { return nil }
        return accepted { try LogConfiguration.guess(of: survey).configuration }
    }
}

/// Lists of messages that become recordings.
///
/// Each message has two bytes: channel (lowest three bits) and whether it repeats the channel's last one (next bit); time since the message
/// before, 10 ms. A piece with the content follows where nothing is repeated.
private enum LogMessages {
    private static let start_ns: Int64 = 1_762_000_000_000_000_000
    private static let channels = [
        ("/front/image", "foxglove.CompressedImage", "protobuf"),
        ("/front/calibration", "foxglove.CameraCalibration", "protobuf"),
        ("/tf", "foxglove.FrameTransforms", "protobuf"),
        ("/odom", "nav_msgs/msg/Odometry", "cdr"),
        ("/left/image", "sensor_msgs/msg/CompressedImage", "cdr"),
        ("/left/camera_info", "sensor_msgs/msg/CameraInfo", "cdr"),
        ("/tf_static", "tf2_msgs/msg/TFMessage", "cdr"),
        ("/pose", "foxglove.PoseInFrame", "json"),
    ]

    static func recording(_ reader: inout InputReader) throws -> [UInt8] {
        let sink = MCAPMemorySink()
        let writer = try MCAPWriter(sink, compression: .none, chunkBytes: 3000)
        for (topic, type, encoding) in channels {
            let schema = try writer.addSchema(name: type, encoding: encoding, data: [])
            _ = try writer.addChannel(topic: topic, schema: schema, messageEncoding: encoding)
        }
        var time_ns = start_ns
        var last = [[UInt8]](repeating: [], count: channels.count)
        while !reader.rest.isEmpty {
            let byte = reader.byte()
            let channel = Int(byte & 7)
            time_ns += Int64(reader.byte()) * 10_000_000
            if byte & 8 == 0 { last[channel] = reader.piece() }
            try writer.write(last[channel], channel: UInt16(channel + 1), logTime_ns: time_ns)
        }
        try writer.finish()
        return sink.bytes
    }

    static func seeds() throws -> [[UInt8]] {
        let picture = try JPEGEncoder().encode(
            RGBImage(width: 8, height: 8, pixels: [UInt8](repeating: 90, count: 192)),
            quality: 50
        )
        let foxglove = foxglove(picture)
        let ros = ros(picture)
        var reader = InputReader(foxglove)
        let whole = try recording(&reader)
        let front = #""front":{"pictures":"/front/image","calibration":"/front/calibration","slot":"CAM_FRONT"}"#
        let left =
            #""left":{"pictures":"/left/image","calibration":"/left/camera_info","rectified":true,"maxAngle":1}"#
        func configured(_ text: String) -> [UInt8] { piece(Array(text.utf8)) }
        let byTransforms =
            #"{"version":1,"times":"log","egoFrame":"base","worldFrame":"map","groundZ":-0.1,"lidarFrame":"lidar","cameras":{\#(front)}}"#
        let byPoses =
            #"{"version":1,"times":"log","egoFrame":"base","poses":"/odom","pictureTolerance":0.2,"poseGap":1,"cameras":{\#(left)}}"#
        let byNamelessPoses = #"{"version":1,"times":"log","egoFrame":"base","poses":"/pose","cameras":{\#(front)}}"#
        return [
            [0] + configured(byTransforms) + foxglove,
            [1] + piece([]) + foxglove,
            [0x80] + configured(byTransforms) + whole,
            [0] + configured(byPoses) + ros,
            [2] + configured(byPoses) + ros,
            [3] + configured(byNamelessPoses) + foxglove,
        ]
    }

    /// A drive of a second in Foxglove's messages.
    private static func foxglove(_ picture: [UInt8]) -> [UInt8] {
        var calibration = RecordedCalibration(time_ns: start_ns, frame: "front", width: 8, height: 8)
        calibration.k = [10, 0, 3.5, 0, 10, 3.5, 0, 0, 1]
        calibration.model = "plumb_bob"
        calibration.d = [-0.1, 0.01, 0, 0, 0]
        func mount(_ child: String) -> RecordedTransform {
            RecordedTransform(
                time_ns: start_ns,
                parent: "base",
                child: child,
                translation: SIMD3(1.5, 0, 1.4),
                rotation: SIMD4(-0.5, 0.5, -0.5, 0.5)
            )
        }
        func way(_ moment: Int) -> RecordedTransform {
            RecordedTransform(
                time_ns: start_ns + Int64(moment) * 100_000_000,
                parent: "map",
                child: "base",
                translation: SIMD3(Double(moment), 2, 0),
                rotation: SIMD4(0, 0, 0, 1)
            )
        }
        let image = RecordedImage(time_ns: start_ns, frame: "front", format: "jpeg", data: picture[...])
        let pose =
            #"{"timestamp":{"sec":1762000000,"nsec":5},"frame_id":"map","pose":{"position":{"x":1,"y":2,"z":0}}}"#
        var messages = message(1, calibration.protobuf) + message(0, image.protobuf)
        messages += message(2, RecordedTransform.protobuf([mount("front"), mount("lidar"), way(0)]))
        messages += message(7, Array(pose.utf8))
        for moment in 1...10 {
            messages += [0 | 8, 10, 7 | 8, 0] + message(2, RecordedTransform.protobuf([way(moment)]))
        }
        return messages
    }

    /// A drive of a second in messages of ROS 2.
    private static func ros(_ picture: [UInt8]) -> [UInt8] {
        var image = CDRWriter()
        image.header("left")
        image.text("jpeg")
        image.bytes(picture)
        var calibration = CDRWriter()
        calibration.header("left")
        for side: UInt32 in [8, 8] { calibration.number(side) }
        calibration.text("plumb_bob")
        calibration.number(UInt32(5))
        for value in [-0.1, 0.01, 0, 0, 0] { calibration.number(value) }
        for value in [10, 0, 3.5, 0, 10, 3.5, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1] { calibration.number(value) }
        for value in [10, 0, 3.5, 0, 0, 10, 3.5, 0, 0, 0, 1, 0] { calibration.number(value) }
        for _ in 0..<6 { calibration.number(UInt32(0)) }
        calibration.append([0])
        var mount = CDRWriter()
        mount.number(UInt32(1))
        mount.header("base")
        mount.text("left")
        for value in [1.5, 0, 1.4, -0.5, 0.5, -0.5, 0.5] { mount.number(value) }
        var messages = message(5, calibration.content) + message(6, mount.content) + message(4, image.content)
        for moment in 0...10 {
            var odometry = CDRWriter()
            odometry.header("odom")
            odometry.text("base")
            for value in [Double(moment), 2, 0, 0, 0, 0, 1] { odometry.number(value) }
            for _ in 0..<78 { odometry.number(0.0) }
            // The covariances are all that is left, and nothing reads them.
            messages += [4 | 8, 10] + message(3, Array(odometry.content.prefix(720)))
        }
        return messages
    }

    private static func message(_ channel: UInt8, _ content: [UInt8]) -> [UInt8] { [channel, 0] + piece(content) }
}

/// Writes what ROS 2 writes: little endian, numbers at multiples of their size.
private struct CDRWriter {
    private(set) var content: [UInt8] = [0, 1, 0, 0]

    mutating func append(_ bytes: [UInt8]) { content += bytes }

    mutating func number(_ value: UInt32) { aligned(to: 4) { withUnsafeBytes(of: value.littleEndian, Array.init) } }

    mutating func number(_ value: Double) {
        aligned(to: 8) { withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }
    }

    mutating func text(_ text: String) {
        number(UInt32(text.utf8.count + 1))
        content += Array(text.utf8) + [0]
    }

    mutating func bytes(_ bytes: [UInt8]) {
        number(UInt32(bytes.count))
        content += bytes
    }

    mutating func header(_ frame: String) {
        number(UInt32(1_762_000_000))
        number(UInt32(5))
        text(frame)
    }

    private mutating func aligned(to size: Int, _ bytes: () -> [UInt8]) {
        while (content.count - 4) % size != 0 { content.append(0) }
        content += bytes()
    }
}
