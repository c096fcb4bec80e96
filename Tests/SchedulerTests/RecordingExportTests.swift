import ArgumentParser
import Evaluation
import Scenes
import TestSupport
import Testing

@testable import MCAPFiles
@testable import Scheduler

@Suite("Recordings of a run")
struct RecordingExportTests {
    /// A sample of two cameras: one at the sample's own time, one 20 ms before it.
    private static let sample = SampleFrames(
        token: "a",
        timestamp_us: 1_000_000,
        cameras: [camera("CAM_FRONT", 980_000, x: 9.5), camera("CAM_BACK", 1_000_000, x: 10)],
        lidar: LidarPose(sensorToEgo: .identity, egoToGlobal: at(10))
    )

    private static func at(_ x: Double) -> RigidTransform {
        RigidTransform(translation: SIMD3(x, 2, 0), rotation: Quaternion(w: 2, x: 0, y: 0, z: 0))
    }

    private static func camera(_ channel: String, _ time_us: Int64, x: Double) -> CameraFrame {
        CameraFrame(
            channel: channel,
            imagePath: "\(channel).jpg",
            width: 1600,
            height: 900,
            timestamp_us: time_us,
            intrinsics: [1200, 0, 800, 0, 1210, 450, 0, 0, 1],
            sensorToEgo: RigidTransform(
                translation: SIMD3(1.5, 0, 1.25),
                rotation: Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5)
            ),
            egoToGlobal: at(x)
        )
    }

    private func record(
        _ prediction: SceneRecorder.Prediction,
        pictures: [[UInt8]] = [],
        hasGrid: Bool = false
    ) throws -> [UInt8] {
        let sink = MCAPMemorySink()
        let recorder = try SceneRecorder(sink, about: ["run": "r", "scene": "s"], hasGrid: hasGrid)
        try recorder.add(Self.sample, prediction, pictures: pictures)
        try recorder.finish()
        return sink.bytes
    }

    private func messages(_ bytes: [UInt8]) throws -> [MCAPMessage] {
        let pass = MCAPPass(try MCAPFile(bytes: MCAPMemoryBytes(bytes))) { _, _ in true }
        var messages: [MCAPMessage] = []
        while let message = try pass.next() { messages.append(message) }
        return messages
    }

    /// The fields of a message, the bytes of each that has bytes.
    private func fields(_ data: ArraySlice<UInt8>) throws -> [UInt64: [ArraySlice<UInt8>]] {
        var found: [UInt64: [ArraySlice<UInt8>]] = [:]
        try ProtobufReader.read(data) { field in
            if case .bytes(let bytes) = field.value { found[field.number, default: []].append(bytes) }
        }
        return found
    }

    private func car(score: Double) throws -> DetectionBox {
        try DetectionBox(
            sampleToken: "a",
            translation: SIMD3(15, 2, 1),
            size: SIMD3(2, 4, 1.5),
            rotation: .identity,
            velocity: SIMD2(3, 0),
            name: .car,
            score: score,
            attribute: .vehicleMoving
        )
    }

    @Test("Pictures, calibrations and poses stand there at their own times, boxes at the sample's")
    func boxes() throws {
        let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 1]
        let found = try messages(record(.boxes([car(score: 0.87)]), pictures: [jpeg, jpeg + [2]]))
        let early: Int64 = 980_000_000
        let late: Int64 = 1_000_000_000
        #expect(
            found.map { "\($0.channel.topic) \($0.logTime_ns)" } == [
                "/tf \(early)", "/tf \(early)", "/cam_front/camera_info \(early)",
                "/cam_front/image_rect_compressed \(early)",
                "/tf \(late)", "/tf \(late)", "/cam_back/camera_info \(late)",
                "/cam_back/image_rect_compressed \(late)",
                "/markers/detections \(late)",
            ]
        )
        let decoded = try found.dropLast().map { message in
            let decoder = MessageDecoder(messageEncoding: "protobuf", schemaName: message.schema?.name ?? "")
            return try #require(decoder).decode(message.data)
        }
        func transform(_ parent: String, _ child: String, _ time_ns: Int64, x: Double) -> RecordedMessage {
            let isPose = parent == "map"
            return .transforms([
                RecordedTransform(
                    time_ns: time_ns,
                    parent: parent,
                    child: child,
                    translation: isPose ? SIMD3(x, 2, 0) : SIMD3(1.5, 0, 1.25),
                    rotation: isPose ? SIMD4(0, 0, 0, 1) : SIMD4(-0.5, 0.5, -0.5, 0.5)
                )
            ])
        }
        #expect(decoded[0] == transform("map", "base_link", early, x: 9.5))
        #expect(decoded[1] == transform("base_link", "cam_front", early, x: 0))
        #expect(decoded[4] == transform("map", "base_link", late, x: 10))
        #expect(decoded[5] == transform("base_link", "cam_back", late, x: 0))
        var calibration = RecordedCalibration(time_ns: early, frame: "cam_front", width: 1600, height: 900)
        calibration.k = [1200, 0, 800, 0, 1210, 450, 0, 0, 1]
        calibration.r = [1, 0, 0, 0, 1, 0, 0, 0, 1]
        calibration.p = [1200, 0, 800, 0, 0, 1210, 450, 0, 0, 0, 1, 0]
        #expect(decoded[2] == .calibration(calibration))
        let picture = RecordedImage(time_ns: late, frame: "cam_back", format: "jpeg", data: jpeg + [2])
        #expect(decoded[7] == .image(picture))

        let update = try #require(found.last)
        #expect(update.channel.metadata == ["run": "r", "scene": "s"])
        let entity = try fields(try #require(try fields(update.data)[2]?.first))
        #expect(entity[6]?.count == 6 && entity[8]?.count == 1)
        let text = try fields(try #require(entity[13]?.first))[6]?.first
        #expect(text.map { String(decoding: $0, as: UTF8.self) } == "car 0.87")
        // Length is along the heading, which is the cube's x.
        var size: [Double] = []
        let cube = try fields(try #require(entity[8]?.first))
        try ProtobufReader.read(try #require(cube[2]?.first)) { size.append(try $0.double()) }
        #expect(size == [4, 2, 1.5])
    }

    @Test("Of voxels the occupied ones are points with colour and class; grids hold all, x fastest")
    func voxels() throws {
        var labels = [UInt8](repeating: OccupancyClass.freeLabel, count: VoxelGrid.count)
        labels[VoxelGrid.index(0, 0, 0)] = 4
        labels[VoxelGrid.index(199, 1, 15)] = 11
        let found = try messages(record(.labels(labels), hasGrid: true))
        let points = try #require(found.first { $0.channel.topic == "/occupancy/points" })
        let data = Array(try #require(try fields(points.data)[6]?.first))
        #expect(data.count == 34)
        func place(_ point: Int) -> [Float] {
            (0..<3).map { axis in
                let start = point * 17 + axis * 4
                return Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[start + $1]) << UInt32(8 * $1) })
            }
        }
        #expect(place(0) == [-39.8, -39.8, -0.8].map { Float($0) })
        #expect(zip(place(1), [39.8, -39.4, 5.2] as [Float]).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(Array(data[12..<17]) == [255, 158, 0, 255, 4] && Array(data[29..<34]) == [0, 207, 191, 255, 11])

        let grid = try #require(found.first { $0.channel.topic == "/occupancy/voxels" })
        let cells = Array(try #require(try fields(grid.data)[11]?.first))
        #expect(cells.count == VoxelGrid.count * 5)
        #expect(Array(cells[0..<5]) == [255, 158, 0, 255, 4] && Array(cells[5..<10]) == [255, 255, 255, 0, 17])
        let start = ((15 * 200 + 1) * 200 + 199) * 5
        #expect(Array(cells[start..<start + 5]) == [0, 207, 191, 255, 11])
        #expect(try messages(record(.labels(labels))).allSatisfy { $0.channel.topic != "/occupancy/voxels" })
    }

    @Test("The same sample gives the same bytes")
    func deterministic() throws {
        let boxes = try [car(score: 0.9), car(score: 0.1)]
        #expect(try record(.boxes(boxes)) == record(.boxes(boxes)))
        #expect(try record(.boxes(boxes)) != record(.boxes([])))
    }

    @Test("Without the lidar's row the front camera says where the car was; wrong labels and times are errors")
    func rare() throws {
        var sample = Self.sample
        sample.lidar = nil
        #expect(sample.egoToGlobal == Self.at(9.5))
        sample.cameras.removeAll()
        #expect(sample.egoToGlobal == nil)
        sample.timestamp_us = .max
        #expect(throws: MCAPError.self) { try SampleMessages.boxes([], sample) }
        sample.timestamp_us = -1
        #expect(throws: MCAPError.self) { try SampleMessages.boxes([], sample) }
        let wrong = [[UInt8](repeating: 18, count: VoxelGrid.count), [17]]
        for labels in wrong { #expect(throws: EvaluationError.self) { try record(.labels(labels)) } }
    }

    @Test("A picture that is not there, or no JPEG, is an error that says what helps")
    func pictures() throws {
        let folder = try TemporaryFolder()
        let camera = Self.camera("CAM_FRONT", 0, x: 0)
        func text() -> String {
            do { return "\(try RecordingExport.picture(camera, in: folder.path))" } catch { return "\(error)" }
        }
        #expect(text().contains("No such file") && text().contains("--without-pictures leaves pictures out"))
        try folder.write("CAM_FRONT.jpg", Array("PNG".utf8))
        #expect(text().contains("is no JPEG picture") && text().contains("--without-pictures"))
        try folder.write("CAM_FRONT.jpg", [0xFF, 0xD8, 0xFF, 0xE0])
        #expect(text() == "[255, 216, 255, 224]")
        var broken = camera
        broken.intrinsics = [1]
        #expect(throws: MCAPError.self) { try SampleMessages.calibration(broken) }
    }

    @Test("Options of recordings are refused for other forms")
    func options() throws {
        func parse(_ format: String, _ more: String...) throws -> ExportCommand {
            try ExportCommand.parse(["--output", "o", "--to", "t", "--format", format] + more)
        }
        let command = try parse("mcap", "--without-pictures", "--voxel-grid", "--minimum-score", "0.3")
        #expect(command.withoutPictures && command.voxelGrid && command.minimumScore == 0.3)
        #expect(try parse("mcap").minimumScore == nil)
        for option in [["--without-pictures"], ["--voxel-grid"], ["--minimum-score", "0.3"]] {
            #expect(throws: (any Error).self) {
                _ = try ExportCommand.parse(["--output", "o", "--to", "t", "--format", "sparseocc"] + option)
            }
        }
        #expect(throws: (any Error).self) { _ = try parse("mcap", "--minimum-score", "1.5") }
    }
}
