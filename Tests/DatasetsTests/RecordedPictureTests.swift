import Foundation
import MCAPFiles
import Scenes
import TestSupport
import Testing

@testable import Datasets

/// Pictures inside recordings.
@Suite("Recorded pictures") struct RecordedPictureTests {
    private static let type = "protobuf foxglove.CompressedImage"
    private static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 4]

    /// A recording of pictures, one each millisecond from the first on, two in a chunk.
    private static func recording(_ pictures: [[UInt8]], format: String = "jpeg", chunkBytes: Int = 150) throws
        -> [UInt8]
    {
        let sink = MCAPMemorySink()
        let writer = try MCAPWriter(sink, compression: .lz4, chunkBytes: chunkBytes)
        let channel = try writer.addChannel(
            topic: "/front",
            schema: try writer.add(.compressedImage),
            messageEncoding: FoxgloveSchema.messageEncoding
        )
        for (number, data) in pictures.enumerated() {
            let time = Int64(1_000_000 * (number + 1))
            let image = RecordedImage(time_ns: time, frame: "front", format: format, data: data[...])
            try writer.write(image.protobuf, channel: channel, logTime_ns: time)
        }
        try writer.finish()
        return sink.bytes
    }

    /// The frames of a recording's pictures.
    private static func frames(_ bytes: [UInt8], size: Int = jpeg.count) throws -> [CameraFrame] {
        let pass = MCAPPass(try MCAPFile(bytes: MCAPMemoryBytes(bytes)))
        var found: [CameraFrame] = []
        while let message = try pass.next() {
            var frame = CameraFrame(
                channel: "front",
                imagePath: "a.mcap",
                width: 16,
                height: 8,
                timestamp_us: 0,
                intrinsics: [1, 0, 0, 0, 1, 0, 0, 0, 1],
                sensorToEgo: .identity,
                egoToGlobal: .identity
            )
            frame.recorded = RecordedPicture(
                chunk: message.reference.offset == nil ? nil : Int64(message.reference.record),
                offset: Int64(message.reference.offset ?? message.reference.record),
                size: Int64(size),
                type: type,
                stamp_ns: message.logTime_ns
            )
            found.append(frame)
        }
        return found
    }

    private static func problem(_ frame: CameraFrame, _ folder: TemporaryFolder) -> DatasetProblem? {
        do {
            _ = try frame.openPicture(in: folder.path)
            return nil
        } catch { return error as? DatasetProblem }
    }

    @Test("Pictures are found in any order, and several recordings may be read by turns")
    func found() throws {
        let folder = try TemporaryFolder()
        let pictures = (0..<9).map { Self.jpeg + [UInt8($0)] }
        let bytes = try Self.recording(pictures)
        try folder.write("a.mcap", bytes)
        try folder.write("b.mcap", bytes)
        var frames = try Self.frames(bytes, size: Self.jpeg.count + 1)
        #expect(Set(frames.compactMap(\.recorded?.chunk)).count > 2)
        for index in [8, 0, 1, 7, 2, 3, 6, 4, 5] {
            frames[index].imagePath = index % 2 == 0 ? "a.mcap" : "b.mcap"
            let file = try frames[index].openPicture(in: folder.path)
            #expect(file.withBytes { Array($0) } == pictures[index])
            #expect(file.path.contains("\(frames[index].imagePath) (chunk at"))
        }
    }

    @Test("Recordings stay open, but not too many, and not with too many bytes")
    func pool() throws {
        let folder = try TemporaryFolder()
        let bytes = try Self.recording([Self.jpeg, Self.jpeg])
        let place = try #require(try Self.frames(bytes)[0].recorded)
        for name in ["a", "b", "c", "d"] { try folder.write("\(name).mcap", bytes) }
        func use(_ pool: RecordingPool) throws {
            for _ in 0..<2 {
                for name in ["a", "b", "c", "d"] {
                    _ = try pool.picture(place, of: "front", in: folder.file("\(name).mcap"))
                }
            }
        }
        let few = RecordingPool(mostIdle: 3)
        try use(few)
        #expect(few.kept.count == 3 && few.kept.bytes > 0)
        let narrow = RecordingPool(mostIdleBytes: few.kept.bytes / 3 * 2)
        try use(narrow)
        #expect(narrow.kept.count == 2)
    }

    @Test("A recording that was replaced is an error, never another picture")
    func replaced() throws {
        let folder = try TemporaryFolder()
        let bytes = try Self.recording([Self.jpeg, Self.jpeg, Self.jpeg])
        try folder.write("a.mcap", bytes)
        let frames = try Self.frames(bytes)
        #expect(Self.problem(frames[1], folder) == nil)
        // Another picture at the same place: of another size, of another time, or nothing at all.
        try folder.write("a.mcap", try Self.recording([Self.jpeg, Self.jpeg + [9], Self.jpeg]))
        #expect(Self.problem(frames[1], folder)?.found.contains("9 bytes where 8 were written down") == true)
        try folder.write("a.mcap", bytes)
        var other = frames[1]
        other.recorded?.stamp_ns = 5
        #expect(Self.problem(other, folder)?.found.contains("is of 2000000 ns, not of 5 ns") == true)
        try folder.write("a.mcap", Array(repeating: 7, count: bytes.count))
        let problem = Self.problem(frames[1], folder)
        #expect(problem?.kind == .recordedPicture && problem?.advice.contains("import it again") == true)
        try folder.write("a.mcap", Array(bytes.prefix(60)))
        #expect(Self.problem(frames[2], folder)?.found.contains("the file ends at byte 60") == true)
        try folder.remove("a.mcap")
        #expect(throws: (any Error).self) { try frames[1].openPicture(in: folder.path) }
        #expect(Self.problem(frames[1], folder) == nil)
    }

    @Test("What is no JPEG picture, or no picture, is named")
    func others() throws {
        let folder = try TemporaryFolder()
        let bytes = try Self.recording([[0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]], format: "png")
        try folder.write("a.mcap", bytes)
        var frame = try Self.frames(bytes)[0]
        #expect(Self.problem(frame, folder)?.found.contains("it is png, and JPEG is read") == true)
        frame.recorded?.type = "protobuf foxglove.FrameTransform"
        #expect(Self.problem(frame, folder)?.found.contains("no type of picture") == true)
        frame.recorded?.type = "json foxglove.CompressedImage"
        #expect(Self.problem(frame, folder)?.kind == .recordedPicture)
    }
}
