import Foundation
import MCAPFiles
import TestSupport
import Testing

@testable import Scheduler

/// What `inspect` prints.
@Suite("Reports on recordings")
struct RecordingReportTests {
    private func report(_ bytes: [UInt8]) throws -> RecordingReport {
        let file = try MCAPFile(bytes: MCAPMemoryBytes(bytes))
        return RecordingReport("a.mcap", file, try RecordingSurvey(file, effort: .some))
    }

    private func golden(_ name: String) throws -> [UInt8] {
        let path = Project.path("Tests/MCAPFilesTests/Goldens/\(name).mcap")
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    @Test func aRecordingIsToldInWords() throws {
        let text = try report(try golden("foxglove-zstd")).text
        for line in [
            "from 2023-11-14T22:13:20Z (1700000000123456789 ns) on for 0.2 s",
            "/front/image        foxglove.CompressedImage    protobuf  3         10        image",
            "  pictures: jpeg of 16 x 8 pixels", "    D -0.25 0.0625 0.001 -0.002 0.5",
            "  the car is 'base_link' and moves in 'map'", "    base_link  (moves)", "      front  (fixed)",
            "  /video: a video stream: make pictures of it by ffmpeg (docs/mcap.md shows how)",
            "1 of 1 cameras can be used",
        ] { #expect(text.contains("\n" + line + "\n"), "\(line)\n\(text)") }
    }

    @Test func aRecordingIsToldInJSON() throws {
        let json = Data(try report(try golden("ros2")).json().utf8)
        let document = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(document["start_ns"] as? String == "1700000000123456789" && document["usableCameras"] as? Int == 1)
        let camera = try #require((document["cameras"] as? [[String: Any]])?.first)
        #expect(camera["pictureSize"] as? [Int] == [16, 8] && camera["egoFrame"] as? String == "base_link")
        #expect(
            (camera["calibration"] as? [String: Any])?["k"] as? [Double] == [331.5, 0, 8.25, 0, 331.75, 4.5, 0, 0, 1]
        )
        #expect((camera["remarks"] as? [String])?.count == 2)
    }

    @Test func aCutIsToldWithItsPlace() throws {
        let whole = try golden("foxglove-zstd")
        let report = try report(Array(whole.prefix(whole.count / 2)))
        let place = try #require(report.cutPlace)
        #expect(report.text.contains("CUT: the file ends inside the record at byte \(place)"))
    }

    @Test func textsOfARecordingDoNotSteerTheTerminal() throws {
        let sink = MCAPMemorySink()
        let writer = try MCAPWriter(sink)
        let channel = try writer.addChannel(topic: "/\u{1B}[2Jx\u{9B}", schema: 0, messageEncoding: "json")
        try writer.write([1], channel: channel, logTime_ns: 0)
        try writer.finish()
        let report = try report(sink.bytes)
        #expect(report.text.contains("/?[2Jx?") && !report.text.contains("\u{1B}"))
        #expect(report.text.contains("nothing here can be labelled"))
    }
}
