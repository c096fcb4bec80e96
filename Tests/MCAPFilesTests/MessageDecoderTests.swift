import Testing

@testable import MCAPFiles

/// Messages one by one: what is legal but rare, and what is wrong.
@Suite("Messages of recordings")
struct MessageDecoderTests {
    private func decode(_ name: String, _ encoding: String, _ data: [UInt8]) throws -> RecordedMessage {
        try #require(MessageDecoder(messageEncoding: encoding, schemaName: name)).decode(data[...])
    }

    private func kind(_ body: () throws -> RecordedMessage) -> MCAPError.Kind? {
        do {
            _ = try body()
            return nil
        } catch { return (error as? MCAPError)?.kind }
    }

    private static var calibration: RecordedCalibration {
        var calibration = RecordedCalibration(time_ns: 1_500_000_000, frame: "c", width: 3, height: 2)
        calibration.model = "plumb_bob"
        calibration.d = [0.5, -1]
        calibration.k = [1, 0, 1, 0, 1, 1, 0, 0, 1]
        calibration.p = [1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0]
        return calibration
    }

    @Test func whatWeWriteIsReadBack() throws {
        let image = RecordedImage(time_ns: -1_500_000_001, frame: "f", format: "png", data: [1, 2, 3])
        #expect(try decode("foxglove.CompressedImage", "protobuf", image.protobuf) == .image(image))
        let calibration = Self.calibration
        #expect(try decode("foxglove.CameraCalibration", "protobuf", calibration.protobuf) == .calibration(calibration))
        let transform = Recording.transform("a", "b", x: -2)
        #expect(try decode("foxglove.FrameTransform", "protobuf", transform.protobuf) == .transforms([transform]))
        let both = RecordedTransform.protobuf([transform, transform])
        #expect(try decode("foxglove.FrameTransforms", "protobuf", both) == .transforms([transform, transform]))
        let pose = RecordedPose(time_ns: 7, frame: "a", translation: SIMD3(1, 2, 3), rotation: SIMD4(0, 0, 1, 0))
        #expect(try decode("foxglove.PoseInFrame", "protobuf", pose.protobuf) == .pose(pose))
    }

    @Test func protobufMayComeInOtherOrdersAndWithOtherFields() throws {
        // An unknown varint, group-free; doubles one by one instead of packed; the time in two parts, which are merged.
        var writer = ProtobufWriter()
        writer.add(99, varint: 5)
        for value in Self.calibration.d { writer.add(5, double: value) }
        writer.add(1) { $0.add(2, varint: 500_000_000) }
        writer.add(9, text: "c")
        writer.add(6, doubles: Self.calibration.k)
        writer.add(8, doubles: Self.calibration.p)
        writer.add(2, fixed32: 3)
        writer.add(3, fixed32: 2)
        writer.add(4, text: "plumb_bob")
        writer.add(1) { $0.add(1, varint: 1) }
        #expect(try decode("foxglove.CameraCalibration", "protobuf", writer.bytes) == .calibration(Self.calibration))
    }

    @Test func everyCutOfAMessageIsAnErrorOrLeavesOutFields() throws {
        let protobuf = Self.calibration.protobuf
        for length in 0..<protobuf.count {
            // Protobuf has no end: a cut between fields is a message with fewer of them.
            let found = kind { try decode("foxglove.CameraCalibration", "protobuf", Array(protobuf[..<length])) }
            #expect(found == nil || found == .unreadableMessage)
        }
        let recording = try Recording.open(try TestFiles.bytes("Tests/MCAPFilesTests/Goldens/ros2.mcap"))
        for message in try Recording.read(recording).messages {
            for length in 0..<message.data.count {
                let part = Array(message.data.prefix(length))
                #expect(
                    kind { try decode(message.schema?.name ?? "", "cdr", part) } == .unreadableMessage,
                    "\(message.channel.topic) \(length)"
                )
            }
        }
        let json = Array(#"{"timestamp":{"sec":1,"nsec":2},"frame_id":"a","pose":{"position":{"x":1}}}"#.utf8)
        #expect(kind { try decode("foxglove.PoseInFrame", "json", json) } == nil)
        for length in 0..<json.count {
            #expect(kind { try decode("foxglove.PoseInFrame", "json", Array(json[..<length])) } == .unreadableMessage)
        }
    }

    @Test func valuesThatCannotBeAreRefused() throws {
        func refused(_ json: String, _ name: String = "foxglove.CameraCalibration") -> Bool {
            kind { try decode(name, "json", Array(json.utf8)) } == .unreadableMessage
        }
        #expect(refused(#"{"K":[1,2,3]}"#))
        #expect(refused(#"{"width":-1}"#))
        #expect(refused(#"{"width":1.5}"#))
        #expect(refused(#"{"timestamp":{"sec":1,"nsec":1000000000}}"#))
        #expect(refused(#"{"timestamp":{"sec":9223372036854775807}}"#))
        #expect(refused(#"{"D":[\#(Array(repeating: "0", count: 65).joined(separator: ","))]}"#))
        #expect(refused(#"{"rotation":{"x":0,"y":0,"z":0,"w":0}}"#, "foxglove.FrameTransform"))
        #expect(refused(#"{"rotation":{"x":2}}"#, "foxglove.FrameTransform"))
        #expect(refused(#"{"data":"?"}"#, "foxglove.CompressedImage"))
        #expect(refused("[]", "foxglove.CompressedImage"))
        #expect(!refused(#"{"rotation":{"w":-1},"x":[[{}]]}"#, "foxglove.FrameTransform"))

        var notFinite = Self.calibration
        notFinite.k[0] = .nan
        #expect(kind { try decode("foxglove.CameraCalibration", "protobuf", notFinite.protobuf) } == .unreadableMessage)
        var text = ProtobufWriter()
        text.add(4, bytes: [0xFF])
        #expect(kind { try decode("foxglove.CompressedImage", "protobuf", text.bytes) } == .unreadableMessage)
        for wrong: [UInt8] in [
            [0x08, 1], [0x0B], [0x02, 1, 1], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            [0x12, 5, 1],
        ] {
            #expect(
                kind { try decode("foxglove.CompressedImage", "protobuf", wrong) } == .unreadableMessage,
                "\(wrong)"
            )
        }
    }

    @Test func base64MayHaveEscapes() throws {
        let data: [UInt8] = [0xFF, 0xFF, 0xFF]
        for text in ["////", #"\/\/\/\/"#, #"\u002f///"#] {
            let json = Array("{\"data\":\"\(text)\"}".utf8)
            guard case .image(let image) = try decode("foxglove.CompressedImage", "json", json) else { continue }
            #expect(Array(image.data) == data, "\(text)")
        }
    }

    @Test func transformsWithoutRotationDoNotTurn() throws {
        let found = try decode("foxglove.FrameTransform", "json", Array(#"{"child_frame_id":"b"}"#.utf8))
        guard case .transforms(let transforms) = found else { return }
        #expect(transforms.first?.rotation == SIMD4(0, 0, 0, 1) && transforms.first?.translation == .zero)
    }

    @Test func otherFormsOfCDRAreNamed() {
        func detail(_ data: [UInt8]) -> String {
            do {
                _ = try decode("sensor_msgs/msg/CompressedImage", "cdr", data)
                return ""
            } catch { return "\(error)" }
        }
        #expect(detail([0x28, 0xB5, 0x2F, 0xFD, 0]).contains("rosbags-convert"))
        #expect(detail([0x00, 0x0A, 0, 0, 0]).contains("0x000a"))
        #expect(detail([0, 1, 0]).contains("ends inside"))
    }

    @Test func typesGoByEncodingAndName() {
        #expect(
            MessageDecoder(messageEncoding: "cdr", schemaName: "sensor_msgs/msg/CompressedImage")?.content == .image
        )
        #expect(MessageDecoder(messageEncoding: "ros1", schemaName: "tf/tfMessage")?.content == .transforms)
        #expect(MessageDecoder(messageEncoding: "json", schemaName: "nav_msgs/Odometry") == nil)
        #expect(MessageDecoder(messageEncoding: "cdr", schemaName: "foxglove.CompressedImage") == nil)
        #expect(MessageDecoder(messageEncoding: "protobuf", schemaName: "foxglove.Grid") == nil)
        #expect(MessageDecoder("cdr sensor_msgs/CameraInfo")?.content == .calibration)
        #expect(MessageDecoder("cdr") == nil)
        func reason(_ encoding: String, _ name: String) -> String {
            UnreadType.reason(messageEncoding: encoding, schemaName: name) ?? "none"
        }
        #expect(reason("cdr", "sensor_msgs/msg/Image").contains("image_transport"))
        #expect(reason("protobuf", "foxglove.CompressedVideo").contains("ffmpeg"))
        #expect(reason("flatbuffer", "foxglove.CompressedImage").contains("'flatbuffer'"))
        #expect(reason("cdr", "std_msgs/msg/String") == "none")
    }

    @Test func picturesAreKnownByTheirFirstBytes() {
        func content(_ data: [UInt8]) -> RecordedImage.Content {
            RecordedImage(time_ns: 0, frame: "", format: "", data: data[...]).content
        }
        #expect(content([0xFF, 0xD8, 0xFF, 0xE0]) == .jpeg)
        #expect(content([0x89, 0x50, 0x4E, 0x47]) == .png)
        #expect(content(Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBP".utf8)) == .webp)
        #expect(content([0, 0, 0, 0x1C] + Array("ftypavif".utf8)) == .avif)
        #expect(content([]) == .other)
    }
}
