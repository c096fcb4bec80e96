@testable import MCAPFiles

extension FuzzTarget {
    private static let limits = MCAPLimits(
        chunkBytes: 1 << 20,
        recordBytes: 1 << 20,
        definitionBytes: 1 << 16,
        summaryBytes: 1 << 20
    )

    /// Recordings: as they are (first byte 0), or records put into a chunk (1 to 3) or a summary (4) with right sizes and checksums.
    static let mcap = FuzzTarget(
        name: "mcap",
        run: { input in
            guard let first = input.first else { return }
            let bytes = recording(first, Array(input.dropFirst()))
            guard let file = accepted({ try MCAPFile(bytes: MCAPMemoryBytes(bytes), limits: limits) }) else { return }
            let (messages, errors) = try pass(file)
            let reader = MCAPMessageReader(file)
            for message in messages.prefix(50) {
                demand(message.data.count <= limits.chunkBytes, "a message beyond the limit")
                demand(
                    try reader.message(at: message.reference).data == message.data,
                    "a message that is found otherwise"
                )
            }
            let all = try RecordingSurvey(file, effort: .everything)
            demand(all.topics.reduce(0) { $0 + $1.seen } == messages.count, "a survey that counts otherwise")
            demand(errors == 0 || all.damages > 0, "damage that is not told")
            _ = try RecordingSurvey(file, effort: .some).cameras
            // What stands before a cut is read the same, where nothing was wrong with it.
            guard errors == 0 else { return }
            let part = MCAPMemoryBytes(Array(bytes.prefix(bytes.count * 2 / 3)))
            guard let cut = accepted({ try MCAPFile(bytes: part, limits: limits) }) else { return }
            // Without the summary, a channel that only it defines is unknown.
            let (before, missing) = try pass(cut)
            guard missing == 0 else { return }
            guard before.count <= messages.count else { fatalError("more messages before a cut than in all") }
            for (one, other) in zip(before, messages) {
                demand(one.data == other.data && one.reference == other.reference, "another message before a cut")
            }
        },
        seeds: {
            try ChunkCompression.allCases.map { [0] + (try drive($0)) } + [
                [1] + records, [4] + records, [0] + Array(try drive(.none).dropLast(40)),
            ]
        }
    )

    /// Messages of every known type in every encoding: the first two bytes choose them.
    static let messages = FuzzTarget(
        name: "messages",
        run: { input in
            guard input.count >= 2 else { return }
            let type = typeNames[Int(input[0]) % typeNames.count]
            let encoding = ["protobuf", "json", "cdr", "ros1"][Int(input[1]) % 4]
            guard let decoder = MessageDecoder(messageEncoding: encoding, schemaName: type) else { return }
            demand(MessageDecoder(decoder.description) == decoder, "a decoder that its name does not find again")
            guard let message = accepted({ try decoder.decode(input.dropFirst(2)) }) else { return }
            switch message {
            case .image(let image): judge(.compressedImage, image.protobuf, message)
            case .calibration(var calibration):
                (calibration.binning, calibration.region) = (.zero, RecordedCalibration.Region())
                judge(.cameraCalibration, calibration.protobuf, .calibration(calibration))
            case .transforms(let transforms):
                judge(.frameTransforms, RecordedTransform.protobuf(transforms), message)
            case .pose(var pose):
                pose.child = ""
                judge(.poseInFrame, pose.protobuf, .pose(pose))
            }
        },
        seeds: {
            let turned = #"{"translation":{"x":1},"rotation":{"x":0,"y":0,"z":0,"w":1},"timestamp":{"sec":1,"nsec":2}}"#
            let image = #"{"frame_id":"a","format":"jpeg","data":"\/9j\/4A=="}"#
            let calibration = #"{"width":2,"height":1,"D":[0.5],"K":[1,0,1,0,1,1,0,0,1],"distortion_model":"m"}"#
            let json = [("CompressedImage", image), ("CameraCalibration", calibration), ("FrameTransform", turned)]
            return json.map { name, text in [number("foxglove.\(name)"), 1] + Array(text.utf8) } + [
                [number("foxglove.CompressedImage"), 0] + picture.protobuf,
                [number("foxglove.FrameTransforms"), 0] + RecordedTransform.protobuf([mount, mount]),
                [number("sensor_msgs/CompressedImage"), 2, 0, 1, 0, 0] + [UInt8](repeating: 0, count: 24),
                [number("sensor_msgs/CameraInfo"), 2, 0, 1, 0, 0] + [UInt8](repeating: 0, count: 330),
                [number("tf2_msgs/TFMessage"), 3, 1, 0, 0, 0] + [UInt8](repeating: 0, count: 76) + [0, 0, 0xF0, 0x3F],
            ]
        }
    )

    private static let typeNames = [
        "foxglove.CompressedImage", "foxglove.CameraCalibration", "foxglove.FrameTransform", "foxglove.FrameTransforms",
        "foxglove.PoseInFrame", "sensor_msgs/CompressedImage", "sensor_msgs/CameraInfo", "tf2_msgs/TFMessage",
        "geometry_msgs/TransformStamped", "nav_msgs/Odometry", "geometry_msgs/PoseStamped",
    ]

    private static func number(_ type: String) -> UInt8 { UInt8(typeNames.firstIndex(of: type) ?? 0) }

    private static func judge(_ schema: FoxgloveSchema, _ bytes: [UInt8], _ wanted: RecordedMessage) {
        guard let decoder = MessageDecoder(messageEncoding: "protobuf", schemaName: schema.name) else {
            fatalError("no decoder of \(schema.name)")
        }
        demand(try decoder.decode(bytes[...]) == wanted, "a message that is read back otherwise")
    }

    private static func pass(_ file: MCAPFile) throws -> (messages: [MCAPMessage], errors: Int) {
        let pass = MCAPPass(file)
        var (messages, errors): ([MCAPMessage], Int) = ([], 0)
        while true {
            do {
                guard let message = try pass.next() else { return (messages, errors) }
                messages.append(message)
            } catch is MCAPError {
                errors += 1
                demand(errors <= file.bytes.byteCount, "errors without an end")
            }
        }
    }

    private static func recording(_ kind: UInt8, _ content: [UInt8]) -> [UInt8] {
        guard (1...4).contains(kind) else { return content }
        var file = RecordBuilder()
        file.append(raw: MCAPFormat.magic)
        file.append(.header) {
            $0.append(text: "")
            $0.append(text: "")
        }
        if kind < 4 {
            let compression = ChunkCompression.allCases[Int(kind) - 1]
            let packed = compression == .none ? content : (try? ChunkPacker(compression).pack(content)) ?? []
            file.append(.chunk) {
                $0.append(UInt64(0))
                $0.append(UInt64(0))
                $0.append(UInt64(content.count))
                $0.append(Checksums.crc32(content))
                $0.append(text: compression.rawValue)
                $0.append(UInt64(packed.count))
                $0.append(raw: packed)
            }
        }
        file.append(.dataEnd) { $0.append(UInt32(0)) }
        let summary = file.bytes.count
        if kind == 4 { file.append(raw: content) }
        file.append(.footer) {
            $0.append(UInt64(kind == 4 ? summary : 0))
            $0.append(UInt64(0))
            $0.append(UInt32(0))
        }
        file.append(raw: MCAPFormat.magic)
        return file.bytes
    }

    /// A schema, a channel and a message.
    private static var records: [UInt8] {
        var builder = RecordBuilder()
        let name = "foxglove.CompressedImage"
        MCAPSchema(id: 1, name: name, encoding: "protobuf", data: [1]).append(to: &builder)
        MCAPChannel(id: 1, schemaID: 1, topic: "/a", messageEncoding: "protobuf", metadata: ["a": "b"]).append(
            to: &builder
        )
        builder.append(.message) {
            $0.append(UInt16(1))
            $0.append(UInt32(0))
            $0.append(UInt64(1))
            $0.append(UInt64(2))
            $0.append(raw: picture.protobuf)
        }
        return builder.bytes
    }

    private static let picture = RecordedImage(
        time_ns: 1_500_000_000,
        frame: "front",
        format: "jpeg",
        data: [0xFF, 0xD8, 0xFF]
    )
    private static let mount = RecordedTransform(
        time_ns: 5,
        parent: "car",
        child: "front",
        translation: SIMD3(1, 2, 3),
        rotation: SIMD4(0.5, 0.5, 0.5, 0.5)
    )

    private static func drive(_ compression: ChunkCompression) throws -> [UInt8] {
        let sink = MCAPMemorySink()
        let writer = try MCAPWriter(sink, compression: compression, chunkBytes: 300)
        let images = try writer.addChannel(
            topic: "/i",
            schema: try writer.addSchema(name: "foxglove.CompressedImage", encoding: "protobuf", data: []),
            messageEncoding: "protobuf"
        )
        let frames = try writer.addChannel(
            topic: "/tf",
            schema: try writer.addSchema(name: "foxglove.FrameTransform", encoding: "protobuf", data: []),
            messageEncoding: "protobuf"
        )
        for time in 0..<6 {
            try writer.write(picture.protobuf, channel: images, logTime_ns: Int64(time))
            try writer.write(mount.protobuf, channel: frames, logTime_ns: Int64(time))
        }
        try writer.finish()
        return sink.bytes
    }
}
