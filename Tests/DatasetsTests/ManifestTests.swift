import Foundation
import Scenes
import TestSupport
import Testing

@testable import Datasets

/// Manifests that are right, and what is read of them.
@Suite("Manifests") struct ManifestTests {
    private static let unseen = ResolutionOptions(imageCheck: .none)

    @Test("A manifest of what the tables say gives the frames and boxes that the tables give")
    func likeTables() throws {
        var tables = TableBuilder(scenes: [("scene-0061", 3), ("scene-0103", 2)])
        tables.addAnnotations()
        let folder = try TemporaryFolder()
        try tables.write(to: folder)
        let onDisk = try NuScenesDataset.open(root: folder.path, version: tables.version)
        var scenes = try onDisk.resolve().scenes
        // These tables have pictures taken at times of their own, seconds from their samples.
        for scene in scenes.indices {
            for sample in scenes[scene].samples.indices {
                for camera in scenes[scene].samples[sample].cameras.indices {
                    scenes[scene].samples[sample].cameras[camera].timestamp_us =
                        scenes[scene].samples[sample].timestamp_us + 1
                }
            }
        }
        let annotations = try #require(try onDisk.annotations(of: scenes))
        try folder.write("t.occ.jsonl", ManifestText(scenes, annotations: annotations, splits: [:]).bytes)
        let dataset = try ManifestDataset.open(root: folder.file("t.occ.jsonl"))
        #expect(try dataset.resolve(split: nil, options: ResolutionOptions()).scenes == scenes)
        var read = try #require(try dataset.annotations(of: scenes))
        // A manifest has no rows of sample.json: its samples count in its own order.
        for scene in read.indices {
            for sample in read[scene].samples.indices {
                read[scene].samples[sample].tableRow = annotations[scene].samples[sample].tableRow
            }
        }
        #expect(read == annotations)
    }

    @Test("Frames have what the lines say")
    func frames() throws {
        let folder = try TemporaryFolder()
        let dataset = try ManifestText().open(in: folder)
        #expect(dataset.version == "vanrig")
        let scenes = try dataset.resolve(split: nil, options: Self.unseen).scenes
        #expect(scenes.map(\.name) == ["depot_01", "depot_02"] && scenes.map(\.token) == ["depot_01", "second"])
        let first = try #require(scenes.first)
        #expect(first.samples.map(\.token) == (0..<6).map { "a\($0)" })
        let sample = first.samples[1]
        #expect(sample.timestamp_us == 1_762_070_400_600_000 && sample.lidar == nil)
        // The camera in a slot goes by the slot's name and comes first.
        #expect(sample.cameras.map(\.channel) == ["CAM_FRONT", "left"])
        let front = sample.cameras[0]
        #expect(front.imagePath == "f/a1.jpg" && front.width == 1920 && front.height == 1080)
        #expect(front.intrinsics == [1010.2, 0, 959.1, 0, 1009.8, 541.7, 0, 0, 1])
        #expect(front.lens.name == "opencv" && front.lens.coefficients == [-0.31, 0.09, 0.0002, -0.0001, -0.01])
        #expect(front.sensorToEgo.translation == SIMD3(1.62, 0.01, 1.40 + 0.33))
        #expect(abs(front.egoToGlobal.translation.z - (0.3 - 0.33)) < 1e-12 && front.egoToGlobal.translation.x == 5)
        let left = sample.cameras[1]
        #expect(left.lens.maximumAngle_rad == 1.6 && left.timestamp_us == sample.timestamp_us && left.maskPath == nil)
    }

    @Test("Roots, corners, masks, recordings, lidars and own poses are followed")
    func details() throws {
        let folder = try TemporaryFolder()
        var text = ManifestText()
        text.edit(0, #""name""#, #""root":"logs","name""#)
        text.edit(
            1,
            #""groundZ":-0.33,"#,
            #""pixelOrigin":"corner","lidar":{"egoFromLidar":{"t":[1,0,2],"q":[1,0,0,0]}},"#
        )
        text.edit(1, #""maxAngle""#, #""mask":"left.png","maxAngle""#)
        text.edit(
            3,
            #""path":"l/a0.jpg""#,
            #""mcap":"a.mcap","chunk":4096,"offset":77,"size":1234,"type":"cdr sensor_msgs/msg/CompressedImage","stamp":"9""#
        )
        text.edit(3, #""path":"f/a0.jpg""#, #""path":"f/a0.jpg","worldFromEgo":{"t":[1,-3,0],"q":[1,0,0,0]}"#)
        let scene = try #require(try text.open(in: folder).frames(ofScene: "depot_01"))
        let sample = scene.samples[0]
        #expect(sample.cameras[0].intrinsics[2] == 958.6 && sample.cameras[0].intrinsics[5] == 541.2)
        #expect(sample.cameras[0].imagePath == "logs/f/a0.jpg")
        #expect(sample.cameras[0].egoToGlobal.translation == SIMD3(1, -3, 0))
        #expect(sample.cameras[1].maskPath == "logs/left.png" && sample.cameras[1].imagePath == "logs/a.mcap")
        let type = "cdr sensor_msgs/msg/CompressedImage"
        #expect(
            sample.cameras[1].recorded
                == RecordedPicture(chunk: 4096, offset: 77, size: 1234, type: type, stamp_ns: 9)
        )
        let lidar = try #require(sample.lidar)
        #expect(lidar.sensorToEgo.translation == SIMD3(1, 0, 2) && lidar.egoToGlobal.translation == SIMD3(0, -3.4, 0.3))
    }

    @Test("What is unusual passes where it is said to be")
    func unusual() throws {
        let folder = try TemporaryFolder()
        var text = ManifestText()
        // Upside down: turned half about the optical axis.
        text.edit(1, #""q":[0.5,-0.5,0.5,-0.5]}"#, #""q":[0.5,0.5,0.5,0.5]},"unusual":true"#)
        #expect(try text.open(in: folder).resolve(split: nil, options: Self.unseen).scenes.count == 2)
    }

    @Test("Boxes come with velocities by their instance, as the tables give them")
    func boxes() throws {
        let folder = try TemporaryFolder()
        let dataset = try ManifestText().open(in: folder)
        let scenes = try dataset.resolve(split: nil, options: Self.unseen).scenes
        let annotations = try #require(try dataset.annotations(of: scenes))
        let box = annotations[0].samples[2].boxes[0]
        #expect(box.category == "vehicle.car" && box.size == SIMD3(1.9, 4.6, 1.7) && box.pointCount == 1)
        #expect(box.velocity == SIMD3(10, 0, 0) && box.token == "a2-0")
        #expect(annotations[1].samples[0].boxes[0].velocity == nil && annotations[1].samples[0].tableRow == 6)
    }

    @Test("Splits are those of the scene lines; scenes with problems are left out where that is allowed")
    func splits() throws {
        let folder = try TemporaryFolder()
        var text = ManifestText()
        text.edit(4, "-3.4", #""here""#)
        let dataset = try text.open(in: folder)
        #expect(try dataset.resolve(split: "train", options: Self.unseen).scenes.map(\.name) == ["depot_02"])
        let rest = try dataset.resolve(split: nil, options: ResolutionOptions(skipMissing: true, imageCheck: .none))
        #expect(rest.scenes.map(\.name) == ["depot_02"] && rest.omitted.map(\.scene) == ["depot_01"])
        #expect(try dataset.frames(ofScene: "depot_01") == nil)
        #expect(try dataset.sampleTokens(ofSplit: "val").map(\.tokens) == [(0..<6).map { "a\($0)" }])
        let error = #expect(throws: DatasetError.self) { try dataset.resolve(split: "mine", options: Self.unseen) }
        #expect(error?.problems.first?.kind == .unknownSplit && "\(error!)".contains("all-day, train, val"))
    }

    @Test("Empty lines, Windows ends of lines and a last line without one are read; numbers of lines stay right")
    func ends() throws {
        let folder = try TemporaryFolder()
        let text = ManifestText()
        let plain = try text.open(in: folder).resolve(split: nil, options: Self.unseen)
        let windows = text.lines.joined(separator: "\r\n\r\n")
        try folder.write("w.occ.jsonl", Array(windows.utf8))
        let dataset = try ManifestDataset.open(root: folder.file("w.occ.jsonl"))
        #expect(try dataset.resolve(split: nil, options: Self.unseen) == plain)
        try folder.write("w.occ.jsonl", Array(windows.replacing("-3.4", with: "x", maxReplacements: 1).utf8))
        let error = #expect(throws: DatasetError.self) { try ManifestDataset.open(root: folder.file("w.occ.jsonl")) }
        #expect(error?.problems.first?.line == 7)
    }

    @Test("A manifest that changes while it is read is noticed; another name is refused")
    func changes() throws {
        let folder = try TemporaryFolder()
        let dataset = try ManifestText().open(in: folder)
        var text = ManifestText()
        text.edit(11, "b0", "bb0")
        try folder.write("van.occ.jsonl", text.bytes)
        let error = #expect(throws: DatasetError.self) { try dataset.resolve(split: nil, options: Self.unseen) }
        #expect(error?.problems.first?.kind == .changedFile)
        let path = folder.file("van.occ.jsonl")
        #expect(throws: DatasetError.self) { try ManifestDataset.open(root: path, version: "other") }
        #expect(try ManifestDataset.open(root: path, version: "vanrig").version == "vanrig")
        #expect(throws: DatasetError.self) { try ManifestDataset.open(root: folder.file("none.occ.jsonl")) }
        #expect(throws: DatasetError.self) { try ManifestDataset.open(root: folder.path) }
    }

    @Test("A survey gives the scenes that were resolved, as often as asked")
    func survey() throws {
        let folder = try TemporaryFolder()
        let dataset = try ManifestText().open(in: folder)
        let survey = try dataset.survey(split: nil, options: Self.unseen)
        let resolved = try dataset.resolve(split: nil, options: Self.unseen).scenes
        #expect(survey.sceneCount == 2 && survey.sampleCount == 7)
        for _ in 0..<2 {
            var rest = survey.makeScenes()
            var found: [SceneFrames] = []
            while let scene = try rest.next() { found.append(scene) }
            #expect(found == resolved)
        }
    }

    @Test("Lines longer than the window are read")
    func longLines() throws {
        let folder = try TemporaryFolder()
        var text = ManifestText()
        text.edit(4, #""token""#, "\"x-note\":\"\(String(repeating: "long ", count: 300_000))\",\"token\"")
        #expect(try text.open(in: folder).resolve(split: nil, options: Self.unseen).sampleCount == 7)
    }

    @Test(
        "The nearest name is found by a few letters",
        arguments: [
            ("distorsion", "distortion"), ("Rig", "rig"), ("tokne", "token"), ("worldToEgo", "worldFromEgo"),
            ("zzz", nil),
        ]
    )
    func nearest(name: String, expected: String?) {
        let known = ["distortion", "rig", "token", "worldFromEgo", "kind"]
        #expect(NearestName.of(name, in: known) == expected)
    }
}
