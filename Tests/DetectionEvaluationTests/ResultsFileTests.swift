import Foundation
import Scenes
import SystemSupport
import TestSupport
import Testing

@testable import Evaluation

@Suite struct ResultsFileTests {
    private func write(_ text: String, _ body: (String) throws -> Void) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/results_nusc.json"
        try AtomicFile.write(text, to: path)
        try body(path)
        withExtendedLifetime(folder) {}
    }

    private static let box = """
        {"sample_token": "a", "translation": [1, 2.5, -3e0], "size": [1.9, 4.5, 1.7], "rotation": [1, 0, 0, 0],
         "velocity": [0.5, -0.25], "detection_name": "car", "detection_score": 0.75, "attribute_name": "vehicle.moving"}
        """

    private func file(_ boxes: String) -> String {
        "{\"meta\": {\"use_camera\": true}, \"results\": {\"a\": [\(boxes)], \"b\": []}}"
    }

    @Test func theFormatIsRead() throws {
        try write(file(Self.box)) { path in
            let (inputs, samples) = try DetectionResultsReader.readAll(path)
            #expect(inputs == DetectionInputs(camera: true))
            #expect(samples.map(\.sampleToken) == ["a", "b"] && samples[1].boxes.isEmpty)
            let box = try #require(samples[0].boxes.first)
            #expect(box.translation == SIMD3(1, 2.5, -3) && box.size == SIMD3(1.9, 4.5, 1.7))
            #expect(box.velocity == SIMD2(0.5, -0.25) && box.score == 0.75)
            #expect(box.name == .car && box.attribute == .vehicleMoving)
        }
    }

    @Test func orderOfKeysUnknownKeysAndEscapesDoNotMatter() throws {
        let odd = Self.box.replacingOccurrences(
            of: "\"sample_token\": \"a\"",
            with: "\"sample\\u005ftoken\": \"\\u0061\""
        )
        let more = odd.replacingOccurrences(
            of: "\"size\"",
            with: "\"x\": {\"y\": [1, {}, \"]\", null]}, \"num_pts\": -1, \"size\""
        )
        let text =
            "{\"version\": 1e3, \"results\": {\"a\": [\(more)]}, \"meta\": {\"use_lidar\": true, \"by\": \"me\"}}"
        try write(text) { path in
            let (inputs, samples) = try DetectionResultsReader.readAll(path)
            #expect(inputs == DetectionInputs(camera: false, lidar: true) && samples[0].boxes.count == 1)
        }
    }

    @Test func velocitiesOfPythonMayBeNaN() throws {
        try write(file(Self.box.replacingOccurrences(of: "[0.5, -0.25]", with: "[NaN, NaN]"))) { path in
            let samples = try DetectionResultsReader.readAll(path).samples
            #expect(samples[0].boxes[0].velocity == nil)
        }
    }

    @Test(arguments: [
        ("\"translation\": [1, 2.5, -3e0]", "\"translation\": [1, NaN, 3]", "number"),
        ("\"translation\": [1, 2.5, -3e0]", "\"translation\": [1, 2]", "2 numbers instead of 3"),
        ("\"translation\": [1, 2.5, -3e0]", "\"translation\": [1, 2, 3, 4]", "more than 3"),
        ("\"translation\": [1, 2.5, -3e0]", "\"translation\": null", "'[' was expected"),
        ("\"translation\": [1, 2.5, -3e0]", "\"translation\": [1, 2, 1e999]", "out of range"),
        ("\"translation\": [1, 2.5, -3e0]", "\"translation\": [1, 2, 0x10]", "expected"),
        ("\"translation\": [1, 2.5, -3e0]", "\"translation\": [1, 2, 01]", "number"),
        ("\"translation\": [1, 2.5, -3e0]", "\"translation\": [1, 2, .5]", "number"),
        ("\"car\"", "\"animal\"", "animal"), ("\"vehicle.moving\"", "\"vehicle.flying\"", "vehicle.flying"),
        ("\"attribute_name\"", "\"attribute\"", "lacks 'attribute_name'"),
        ("\"detection_score\": 0.75, ", "", "lacks 'detection_score'"),
        ("\"sample_token\": \"a\"", "\"sample_token\": \"b\"", "sample_token 'b'"),
        ("\"size\"", "\"num_pts\": 0, \"size\"", "num_pts"), ("[0.5, -0.25]", "[Infinity, 0]", "number"),
        ("\"car\"", "\"c\\xar\"", "escape"), ("[1.9, 4.5, 1.7]", "[1.9, -4.5, 1.7]", "[1.9, -4.5, 1.7]; sizes must"),
        ("[1.9, 4.5, 1.7]", "[1.9, 4.5, 0]", "sizes must be above 0"),
        ("[0.5, -0.25]", "[null, null]", "'velocity' holds null"),
        ("[1.9, 4.5, 1.7]", "[1.9, null, 1.7]", "'size' holds null"),
    ])
    func wrongBoxesAreRefused(part: String, by other: String, text: String) throws {
        let changed = Self.box.replacingOccurrences(of: part, with: other)
        #expect(changed != Self.box)
        try write(file(changed)) { path in
            let error = try #require(throws: EvaluationError.self) { try DetectionResultsReader.readAll(path) }
            #expect(error.kind == .invalidPrediction && error.detail.contains(text), "\(error)")
            #expect(error.source == path && error.detail.hasPrefix("byte "))
            #expect(error.detail.contains("(sample 'a', box 0)"), "\(error)")
        }
    }

    @Test func wrongFilesAreRefused() throws {
        let crowd = [String](repeating: Self.box, count: 501).joined(separator: ",")
        for (text, found) in [
            ("", "ends"), ("[]", "'{' was expected"), ("{\"results\": {}}", "no 'meta'"),
            ("{\"meta\": {}}", "no 'results'"), (file("") + "x", "follows"), (file(crowd), "500"),
            ("{\"meta\": {}, \"results\": {\"a\": [], \"a\": []}}", "twice"),
            ("{\"meta\": {}, \"meta\": {}, \"results\": {}}", "second"),
            ("\u{FEFF}" + file(""), "byte-order mark (EF BB BF)"),
            ("{\"meta\": {\"use_map\": 1}, \"results\": {}}", "true"),
        ] {
            try write(text) { path in
                let error = try #require(throws: EvaluationError.self, "\(found)") {
                    try DetectionResultsReader.readAll(path)
                }
                #expect(error.detail.contains(found), "\(error)")
            }
        }
        try write(file([String](repeating: Self.box, count: 500).joined(separator: ","))) { path in
            let samples = try DetectionResultsReader.readAll(path).samples
            #expect(samples[0].boxes.count == 500)
        }
        #expect(throws: FileError.self) { try DetectionResultsReader.readAll("/nowhere/at/all.json") }
    }

    @Test func everyCutIsRefusedAndNoDamageTraps() throws {
        let bytes = Array(file(Self.box).utf8)
        func read(_ bytes: [UInt8]) throws {
            try bytes.withUnsafeBytes { _ = try DetectionResultsReader.parse($0, source: "s") { _, _ in } }
        }
        for length in 0..<bytes.count {
            #expect(throws: EvaluationError.self) { try read(Array(bytes.prefix(length))) }
        }
        var random = SeededGenerator(seed: 2025)
        var refused = 0
        for _ in 0..<5000 {
            var damaged = bytes
            damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            do { try read(damaged) } catch is EvaluationError { refused += 1 }
        }
        #expect(refused > 2500)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func whatIsWrittenIsReadAgain(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/results_nusc.json"
        let world = try World(samples: 8, seed: seed)
        let tricky = [
            0.1 + 0.2, .leastNonzeroMagnitude, 1.7976931348623157e308, -0.0, 1e22, 123456789.12345679, 1.0 / 3,
        ]
        let extra = try tricky.map { number in
            try DetectionBox(
                sampleToken: "é\"\\\n",
                translation: SIMD3(number, -number, 1),
                size: SIMD3(1, 1, number > 0 ? number : 1),
                rotation: Quaternion(w: 1, x: 0, y: number, z: 0),
                velocity: nil,
                name: .trafficCone,
                score: number,
                attribute: nil
            )
        }
        let samples =
            world.samples.map { ($0.truth.sampleToken, $0.predictions) } + [("é\"\\\n", extra), ("empty", [])]
        let inputs = DetectionInputs(camera: true, lidar: seed == 2, radar: true, map: false, external: true)
        let writer = try DetectionResultsWriter(path: path, inputs: inputs)
        for (token, boxes) in samples { try writer.add(token, boxes) }
        #expect(!FileManager.default.fileExists(atPath: path))
        try writer.finish()
        let read = try DetectionResultsReader.readAll(path)
        #expect(read.inputs == inputs && read.samples.map(\.sampleToken) == samples.map(\.0))
        for (ours, theirs) in zip(read.samples, samples) { #expect(ours.boxes == theirs.1) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["results_nusc.json"])
    }

    @Test func aWriterRefusesAndCleansUp() throws {
        let folder = try TemporaryFolder()
        let box = try #require(try World(samples: 4, seed: 1).samples.flatMap(\.predictions).first)
        do {
            let writer = try DetectionResultsWriter(path: "\(folder.path)/r.json", inputs: DetectionInputs())
            try writer.add(box.sampleToken, [box])
            #expect(throws: EvaluationError.self) { try writer.add(box.sampleToken, []) }
            #expect(throws: EvaluationError.self) { try writer.add("other", [box]) }
            #expect(throws: EvaluationError.self) { try writer.add("more", [DetectionBox](repeating: box, count: 501)) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        #expect(throws: FileError.self) {
            try DetectionResultsWriter(path: "\(folder.path)/none/r.json", inputs: DetectionInputs())
        }
    }
}
