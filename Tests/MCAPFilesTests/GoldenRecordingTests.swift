import Testing

@testable import MCAPFiles

/// Recordings that the official libraries made (`Goldens/make_recordings.py`), with the values that stand there.
@Suite("Recordings of other writers")
struct GoldenRecordingTests {
    private static let time_ns: Int64 = 1_700_000_000_123_456_789

    private func file(_ name: String) throws -> MCAPFile {
        try Recording.open(try TestFiles.bytes("Tests/MCAPFilesTests/Goldens/\(name).mcap"))
    }

    /// Every message that is known, by topic, the first of each.
    private func decoded(_ file: MCAPFile) throws -> [String: RecordedMessage] {
        let result = try Recording.read(file)
        #expect(result.errors == [])
        var found: [String: RecordedMessage] = [:]
        for message in result.messages {
            let name = message.schema?.name ?? ""
            guard let decoder = MessageDecoder(messageEncoding: message.channel.messageEncoding, schemaName: name)
            else { continue }
            #expect(MessageDecoder(decoder.description) == decoder)
            let value = try decoder.decode(message.data)
            if found[message.channel.topic] == nil { found[message.channel.topic] = value }
        }
        return found
    }

    private func judge(image: RecordedMessage?, format: String) {
        guard case .image(let image)? = image else {
            Issue.record("no picture")
            return
        }
        #expect(image.time_ns == Self.time_ns && image.frame == "front" && image.format == format)
        #expect(image.content == .jpeg && image.data.suffix(2) == [0xFF, 0xD9])
    }

    private func judge(calibration: RecordedMessage?, hasRegion: Bool = false) {
        var wanted = RecordedCalibration(time_ns: Self.time_ns, frame: "front", width: 16, height: 8)
        wanted.model = "plumb_bob"
        wanted.d = [-0.25, 0.0625, 0.001, -0.002, 0.5]
        wanted.k = [331.5, 0, 8.25, 0, 331.75, 4.5, 0, 0, 1]
        wanted.r = [1, 0, 0, 0, 1, 0, 0, 0, 1]
        wanted.p = [330, 0, 8, 0, 0, 330, 4, 0, 0, 0, 1, 0]
        if hasRegion {
            wanted.binning = SIMD2(1, 2)
            wanted.region.x = 1
            wanted.region.y = 2
            wanted.region.height = 3
            wanted.region.width = 4
        }
        #expect(calibration == .calibration(wanted))
    }

    private static let mount = RecordedTransform(
        time_ns: time_ns,
        parent: "base_link",
        child: "front",
        translation: SIMD3(1.5, 0, 1.25),
        rotation: SIMD4(-0.5, 0.5, -0.5, 0.5)
    )

    @Test(arguments: ["foxglove-zstd", "foxglove-lz4"])
    func foxgloveProtobuf(name: String) throws {
        let file = try file(name)
        #expect(file.summary?.chunks.first?.compression == String(name.dropFirst(9)))
        let found = try decoded(file)
        #expect(found.count == 5)
        judge(image: found["/front/image"], format: "jpeg")
        judge(calibration: found["/front/calibration"])
        #expect(found["/tf_static"] == .transforms([Self.mount]))
        #expect(found["/tf"] == .transforms([Recording.transform("map", "base_link", x: 10, Self.time_ns)]))
        guard case .pose(let pose)? = found["/pose"] else {
            Issue.record("no pose")
            return
        }
        #expect(pose.frame == "map" && pose.translation == SIMD3(0, 0.5, 0) && pose.rotation.w == 1)
    }

    @Test func foxgloveJSON() throws {
        let file = try file("foxglove-json")
        let found = try decoded(file)
        judge(image: found["/CompressedImage"], format: "jpeg")
        judge(calibration: found["/CameraCalibration"])
        #expect(found["/FrameTransform"] == .transforms([Self.mount]))
        #expect(
            found["/FrameTransforms"] == .transforms([Recording.transform("map", "base_link", x: 10, Self.time_ns)])
        )
        guard case .pose(let pose)? = found["/PoseInFrame"] else {
            Issue.record("no pose")
            return
        }
        #expect(pose.time_ns == Self.time_ns && pose.translation == SIMD3(0, 0.5, 0))
        #expect(try RecordingSurvey(file, effort: .everything).dataChecksumHolds == true)
    }

    /// Little endian in chunks; big endian and ROS 1 in no chunks and without a summary.
    @Test(arguments: [("ros2", ""), ("plain", "/cdr"), ("plain", "/ros1")])
    func ros(name: String, prefix: String) throws {
        let file = try file(name)
        #expect((file.summary == nil) == (name == "plain"))
        let found = try decoded(file)
        judge(image: found[prefix + "/front/image_raw/compressed"], format: "rgb8; jpeg compressed bgr8")
        judge(calibration: found[prefix + "/front/camera_info"], hasRegion: true)
        #expect(found[prefix + "/tf_static"] == .transforms([Self.mount, Self.mount]))
        for (topic, child) in [("/odometry", "base_link"), ("/pose", "")] {
            guard case .pose(let pose)? = found[prefix + topic] else {
                Issue.record("no pose on \(topic)")
                continue
            }
            #expect(pose.time_ns == Self.time_ns && pose.frame == "map" && pose.child == child)
            #expect(pose.translation == SIMD3(3, 0.5, 0) && pose.rotation == SIMD4(0, 0, 0, 1))
        }
    }

    @Test func messagesInNoChunkAreFoundByReference() throws {
        let file = try file("plain")
        let messages = try Recording.read(file).messages
        #expect(messages.count == 10 && messages.allSatisfy { $0.reference.offset == nil })
        let reader = MCAPMessageReader(file)
        for message in messages { #expect(try reader.message(at: message.reference).data == message.data) }
    }

    /// The descriptors that we make by hand say what the official ones say; only optional parts are left out.
    @Test func ourSchemasAreThoseOfFoxglove() throws {
        let files = try [file("foxglove-zstd"), file("foxglove-boxes")]
        let official = files.flatMap { $0.summary?.definitions.schemas.values.map(\.self) ?? [] }
        for schema in FoxgloveSchema.allCases {
            let other = try #require(official.first { $0.name == schema.name })
            #expect(try Descriptors.fields(schema.descriptors) == Descriptors.fields(other.data))
        }
    }

    /// Messages that are only written: the official library writes the same bytes.
    @Test func cloudsGridsAndBoxesAreThoseOfFoxglove() throws {
        let messages = try Recording.read(try file("foxglove-boxes")).messages
        let official = Dictionary(messages.map { ($0.channel.topic, Array($0.data)) }) { first, _ in first }
        let cloud = RecordedPointCloud(
            time_ns: Self.time_ns,
            frame: "base_link",
            pointStride_bytes: 13,
            fields: [
                .init("x", 0, .float32), .init("y", 4, .float32), .init("z", 8, .float32), .init("class", 12, .uint8),
            ],
            data: Array(0..<26)
        )
        #expect(official["/points"] == cloud.protobuf)
        let grid = RecordedVoxelGrid(
            time_ns: Self.time_ns,
            frame: "base_link",
            low: SIMD3(-40, -40, -1),
            cellSize: SIMD3(0.5, 0.5, 0.25),
            columns: 3,
            rows: 2,
            cellStride_bytes: 2,
            fields: [.init("alpha", 0, .uint8), .init("class", 1, .uint8)],
            data: Array(0..<24)
        )
        #expect(official["/grid"] == grid.protobuf)
        let box = RecordedSceneUpdate.Box(
            id: "0",
            centre: SIMD3(10, -2, 1),
            rotation: SIMD4(0, 0, 0.5, 0.75),
            size: SIMD3(4, 2, 1.5),
            colour: SIMD4(1, 0.5, 0, 0.25),
            text: "car 0.87",
            metadata: [.init("category", "car"), .init("score", "0.87")]
        )
        let update = RecordedSceneUpdate(time_ns: Self.time_ns, frame: "map", boxes: [box])
        #expect(official["/boxes"] == update.protobuf)
    }
}
