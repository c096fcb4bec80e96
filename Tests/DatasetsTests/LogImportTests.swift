import Foundation
import ImageFiles
import MCAPFiles
import Scenes
import TestSupport
import Testing

@testable import Datasets

/// A drive of two seconds with one camera, to be bent by a test; a picture and a pose each tenth of a second.
private struct Drive {
    static let start: Int64 = 1_762_000_000_000_000_000
    static let step: Int64 = 100_000_000

    var moments = 0..<21
    var calibration = RecordedCalibration(time_ns: start, frame: "front", width: 32, height: 16)
    var skippedPoses: Range<Int> = 0..<0
    var hasCalibration = true
    var hasMount = true
    var poseShift_ns: Int64 = 0
    /// The frame that pictures of each moment name.
    var pictureFrame: (Int) -> String = { _ in "front" }
    /// The frame of the topic /pose at each moment, if it is there.
    var poseFrame: ((Int) -> String)?
    /// The second camera of a stereo pair, with the frame of the first.
    var right: RecordedCalibration?
    var picture: [UInt8]

    init() throws {
        calibration.k = [40, 0, 15.5, 0, 41, 7.5, 0, 0, 1]
        calibration.model = "plumb_bob"
        calibration.d = [-0.1, 0.01, 0, 0, 0]
        let grey = RGBImage(width: 32, height: 16, pixels: [UInt8](repeating: 90, count: 32 * 16 * 3))
        picture = try JPEGEncoder().encode(grey, quality: 80)
    }

    func write(_ name: String, in folder: TemporaryFolder) throws -> LogImport.Recording {
        let sink = MCAPMemorySink()
        let writer = try MCAPWriter(sink, chunkBytes: 3000)
        func channel(_ topic: String, _ schema: FoxgloveSchema) throws -> UInt16 {
            try writer.addChannel(
                topic: topic,
                schema: try writer.add(schema),
                messageEncoding: FoxgloveSchema.messageEncoding
            )
        }
        let images = try channel("/front/image", .compressedImage)
        let calibrations = try channel("/front/calibration", .cameraCalibration)
        let transforms = try channel("/tf", .frameTransforms)
        let rightImages = try channel("/right/image", .compressedImage)
        let rightCalibrations = try channel("/right/calibration", .cameraCalibration)
        let poses = try channel("/pose", .poseInFrame)
        for moment in moments {
            let time = Self.start + Int64(moment) * Self.step
            let image = RecordedImage(time_ns: time, frame: pictureFrame(moment), format: "jpeg", data: picture[...])
            try writer.write(image.protobuf, channel: images, logTime_ns: time)
            if hasCalibration { try writer.write(calibration.protobuf, channel: calibrations, logTime_ns: time) }
            if let right {
                try writer.write(image.protobuf, channel: rightImages, logTime_ns: time)
                try writer.write(right.protobuf, channel: rightCalibrations, logTime_ns: time)
            }
            if let world = poseFrame?(moment) {
                let pose = RecordedPose(
                    time_ns: time,
                    frame: world,
                    translation: SIMD3(Double(moment), 2, 0),
                    rotation: SIMD4(0, 0, 0, 1)
                )
                try writer.write(pose.protobuf, channel: poses, logTime_ns: time)
            }
            var edges: [RecordedTransform] = []
            if hasMount {
                edges.append(edge("base_link", "front", SIMD3(1.5, 0, 1.4), SIMD4(-0.5, 0.5, -0.5, 0.5), time))
            }
            if !skippedPoses.contains(moment) {
                // Half way between two pictures, so that every pose is interpolated.
                let way = SIMD3(Double(moment) - 0.5, 2, 0)
                let at = time - Self.step / 2 + poseShift_ns
                edges.append(edge("map", "base_link", way, SIMD4(0, 0, 0, 1), at))
            }
            try writer.write(RecordedTransform.protobuf(edges), channel: transforms, logTime_ns: time)
        }
        try writer.finish()
        try folder.write(name, sink.bytes)
        return .init(path: folder.file(name), name: name)
    }

    private func edge(
        _ parent: String,
        _ child: String,
        _ t: SIMD3<Double>,
        _ q: SIMD4<Double>,
        _ time: Int64
    ) -> RecordedTransform {
        RecordedTransform(time_ns: time, parent: parent, child: child, translation: t, rotation: q)
    }

    /// What is chosen of it where everything is there.
    static var configuration: LogConfiguration {
        var made = LogConfiguration(egoFrame: "base_link")
        made.worldFrame = "map"
        made.cameras["front"] = .init(pictures: "/front/image", calibration: "/front/calibration")
        made.cameras["front"]?.slot = "CAM_FRONT"
        return made
    }

    /// The error, or the notes, of an import.
    func told(_ configuration: LogConfiguration = Self.configuration, rate: Double = 2) throws -> String {
        let folder = try TemporaryFolder()
        do {
            let recording = try write("a.mcap", in: folder)
            return try LogImport(configuration, moments: .rate(rate), scene: "a").run([recording]).notes.joined(
                separator: "; "
            )
        } catch let error as LogImportError { return error.description }
    }
}

/// Recordings that become datasets.
@Suite("Imported logs") struct LogImportTests {
    @Test("Keyframes come at the rate, with the pose at each picture's own time, from several files in any order")
    func whole() throws {
        let folder = try TemporaryFolder()
        var drive = try Drive()
        drive.moments = 0..<9
        let first = try drive.write("one.mcap", in: folder)
        drive.moments = 9..<21
        let second = try drive.write("two.mcap", in: folder)
        let (chosen, notes) = try LogConfiguration.guess(
            of: try RecordingSurvey(MCAPFile(path: first.path), effort: .some)
        )
        #expect(chosen.cameras["front"]?.slot == "CAM_FRONT" && chosen.worldFrame == "map" && notes.count == 2)
        let made = try LogImport(chosen, moments: .rate(2), scene: "drive").run([second, first])
        #expect(made.sampleCount == 5 && made.pictureCounts == ["front": 5])
        try folder.write("drive.occ.jsonl", made.manifest)
        let dataset = try ManifestDataset.open(root: folder.file("drive.occ.jsonl"))
        let scene = try #require(
            try dataset.resolve(split: nil, options: ResolutionOptions(pictureSizes: .all)).scenes.first
        )
        #expect(scene.samples.map(\.token) == (0..<5).map { "drive-00000\($0)" })
        let start = Drive.start / 1000
        #expect(scene.samples.map(\.timestamp_us) == [0, 5, 10, 15, 19].map { start + $0 * 100_000 })
        #expect(
            scene.samples.map { $0.cameras[0].imagePath } == [
                "one.mcap", "one.mcap", "two.mcap", "two.mcap", "two.mcap",
            ]
        )
        let camera = scene.samples[3].cameras[0]
        #expect(camera.channel == "CAM_FRONT" && camera.intrinsics == [40, 0, 15.5, 0, 41, 7.5, 0, 0, 1])
        #expect(camera.lens.name == "opencv" && camera.lens.coefficients == [-0.1, 0.01, 0, 0, 0])
        #expect(abs(camera.egoToGlobal.translation.x - 15) < 1e-9 && camera.egoToGlobal.translation.y == 2)
        #expect(camera.sensorToEgo.translation == SIMD3(1.5, 0, 1.4))
        #expect(try camera.openPicture(in: folder.path).withBytes { Array($0) } == drive.picture)
    }

    @Test("Of a recording that was cut or damaged what is whole is taken, and the rest is told, or nothing is made")
    func damaged() throws {
        let folder = try TemporaryFolder()
        _ = try Drive().write("a.mcap", in: folder)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("a.mcap"))))
        func imported(_ bytes: [UInt8]) throws -> LogImport.Outcome? {
            try folder.write("a.mcap", bytes)
            let recording = LogImport.Recording(path: folder.file("a.mcap"), name: "a.mcap")
            do {
                return try LogImport(Drive.configuration, moments: .rate(2), scene: "a").run([recording])
            } catch is LogImportError { return nil }
        }
        let whole = try #require(try imported(bytes))
        var (parts, told) = (0, 0)
        for place in stride(from: 1, to: bytes.count, by: bytes.count / 23) {
            if let part = try imported(Array(bytes.prefix(place))) {
                #expect(part.sampleCount <= whole.sampleCount && !part.notes.isEmpty, "cut at \(place)")
                parts += 1
            }
            var bent = bytes
            bent[place] ^= 0x10
            guard let other = try imported(bent) else { continue }
            #expect(other.manifest == whole.manifest || !other.notes.isEmpty, "another byte at \(place)")
            told += other.notes.isEmpty ? 0 : 1
        }
        #expect(parts > 3 && told > 3)
    }

    @Test("What is missing is said: calibration, mount, way, pictures")
    func missing() throws {
        var drive = try Drive()
        drive.hasCalibration = false
        #expect(try drive.told().contains("topic /front/calibration has no calibration"))
        drive = try Drive()
        drive.hasMount = false
        #expect(try drive.told().contains("the frames 'front' and 'base_link' do not hang together"))
        drive = try Drive()
        drive.skippedPoses = 0..<100
        #expect(try drive.told().contains("the frames 'base_link' and 'map' do not hang together"))
        var other = Drive.configuration
        other.cameras["front"]?.pictures = "/back/image"
        #expect(try Drive().told(other).contains("topic /back/image has no pictures"))
        other = Drive.configuration
        other.poses = "/odometry"
        #expect(try Drive().told(other).contains("topic /odometry has no pose"))
        other.cameras = [:]
        #expect(try Drive().told(other).contains("\"cameras\" is empty"))
    }

    @Test(
        "A gap in the poses costs the keyframes in it and is said; two clocks are an error, which the times of recording mend"
    )
    func times() throws {
        var drive = try Drive()
        drive.skippedPoses = 4..<13
        let told = try drive.told()
        #expect(told.contains("keyframes are left out") && told.contains("the first gap is 1.0 s long"))
        drive = try Drive()
        drive.poseShift_ns = -1_000_000_000_000
        #expect(try drive.told().contains("are these two clocks?"))
        var other = Drive.configuration
        other.times = "log"
        #expect(try drive.told(other) == "")
    }

    @Test(
        "Poses of two worlds, pictures of two frames and a vehicle that is its own world are errors; one that stands is said"
    )
    func frames() throws {
        var (drive, chosen) = (try Drive(), Drive.configuration)
        chosen.poses = "/pose"
        drive.poseFrame = { _ in "map" }
        #expect(try drive.told(chosen) == "")
        drive.poseFrame = { $0 < 9 ? "map" : "odom" }
        #expect(try drive.told(chosen).contains("these are two ways"))
        drive = try Drive()
        drive.pictureFrame = { $0 < 9 ? "front" : "back" }
        #expect(try drive.told().contains("has pictures of the frame 'front' and, at "))
        chosen = Drive.configuration
        chosen.cameras["front"]?.frame = "front"
        #expect(try drive.told(chosen) == "")
        chosen.worldFrame = "/base_link"
        #expect(try Drive().told(chosen).contains("worldFrame and egoFrame are both"))
        chosen.worldFrame = "front"
        #expect(try Drive().told(chosen).contains("every sample has the same pose"))
    }

    @Test(
        "The second camera of a rectified pair sits a baseline beside the first where both name its frame, else at its own frame"
    )
    func stereo() throws {
        var drive = try Drive()
        drive.calibration.p = [40, 0, 15.5, 0, 0, 41, 7.5, 0, 0, 0, 1, 0]
        // A quarter turn about the optical axis: rectified x is the camera's y.
        drive.calibration.r = [0, 1, 0, -1, 0, 0, 0, 0, 1]
        var right = drive.calibration
        right.p[3] = -20
        right.r = [1, 0, 0, 0, 1, 0, 0, 0, 1]
        drive.right = right
        var chosen = Drive.configuration
        chosen.cameras["front"]?.rectified = true
        chosen.cameras["right"] = .init(pictures: "/right/image", calibration: "/right/calibration")
        chosen.cameras["right"]?.rectified = true
        let folder = try TemporaryFolder()
        let made = try LogImport(chosen, moments: .rate(2), scene: "a").run([try drive.write("a.mcap", in: folder)])
        #expect(made.notes == [])
        try folder.write("a.occ.jsonl", made.manifest)
        let dataset = try ManifestDataset.open(root: folder.file("a.occ.jsonl"))
        let sample = try #require(
            try dataset.resolve(split: nil, options: ResolutionOptions()).scenes.first?.samples.first
        )
        let mounts = sample.cameras.map { Placement($0.sensorToEgo) }
        let apart = mounts[1].moved(.zero) - mounts[0].moved(.zero)
        let along = mounts[0].moved(SIMD3(0.5, 0, 0)) - mounts[0].moved(.zero)
        #expect(sample.cameras.count == 2 && sample.cameras[0].channel == "CAM_FRONT")
        #expect((0..<3).allSatisfy { abs(apart[$0] - along[$0]) < 1e-9 }, "\(apart), not \(along)")
        chosen.cameras["front"] = nil
        #expect(try drive.told(chosen).contains("its P has a baseline"))
    }

    @Test("Calibrations of another size, of unknown lenses, and pictures that are none are errors")
    func wrong() throws {
        var drive = try Drive()
        drive.calibration.width = 64
        #expect(try drive.told().contains("its pictures have 32 x 16 pixels, its calibration is of 64 x 16"))
        drive = try Drive()
        drive.calibration.model = "fov"
        #expect(try drive.told().contains("the distortion \"fov\" is not known"))
        drive = try Drive()
        drive.picture = [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]
        #expect(try drive.told().contains("is png, and JPEG is read"))
    }
}

/// Calibrations of recordings in the words of manifests.
@Suite("Recorded calibrations") struct LogCameraTests {
    private static func calibration() -> RecordedCalibration {
        var made = RecordedCalibration(time_ns: 0, frame: "c", width: 1920, height: 1080)
        made.k = [1000, 0, 960, 0, 1010, 540, 0, 0, 1]
        made.p = [900, 0, 950, 0, 0, 905, 530, 0, 0, 0, 1, 0]
        made.r = [1, 0, 0, 0, 1, 0, 0, 0, 1]
        return made
    }

    private static func camera(
        isRectified: Bool = false,
        _ change: (inout RecordedCalibration) -> Void
    ) throws(LogImportError) -> LogCamera {
        var made = calibration()
        change(&made)
        return try LogCamera(made, isRectified: isRectified, topic: "/c")
    }

    @Test("Models by their names")
    func models() throws {
        let cases: [(String, Int, String)] = [
            ("plumb_bob", 5, "opencv"), ("plumb_bob", 4, "opencv"), ("rational_polynomial", 8, "opencv"),
            ("equidistant", 4, "kb4"), ("kannala_brandt", 4, "kb4"),
        ]
        for (name, count, model) in cases {
            let d = (0..<count).map { 0.01 * Double($0 + 1) }
            let camera = try Self.camera { ($0.model, $0.d) = (name, d) }
            #expect(camera.model == model && camera.d == d && camera.k == [1000, 1010, 960, 540])
        }
        #expect(try Self.camera { ($0.model, $0.d) = ("plumb_bob", [0, 0, 0, 0, 0]) }.model == "none")
        #expect(try Self.camera { ($0.model, $0.d) = ("equidistant", [0, 0, 0, 0]) }.model == "kb4")
        #expect(throws: LogImportError.self) { try Self.camera { ($0.model, $0.d) = ("plumb_bob", [1, 2, 3]) } }
        #expect(throws: LogImportError.self) { try Self.camera { ($0.model, $0.d) = ("", [0.5]) } }
        #expect(throws: LogImportError.self) { try Self.camera { $0.k = [] } }
        #expect(throws: LogImportError.self) { try Self.camera { $0.k[1] = 3 } }
    }

    @Test("Rectified pictures have P, and are turned by R")
    func rectified() throws {
        let camera = try Self.camera(isRectified: true) { ($0.model, $0.d) = ("plumb_bob", [0.5, 0, 0, 0, 0]) }
        #expect(camera.model == "none" && camera.k == [900, 905, 950, 530] && camera.frameFromCamera == .identity)
        // R takes points of the camera to the rectified one: here a quarter turn about the optical axis.
        let turned = try Self.camera(isRectified: true) { $0.r = [0, -1, 0, 1, 0, 0, 0, 0, 1] }
        let point = Placement(turned.frameFromCamera).moved(SIMD3(0, 1, 5))
        #expect(abs(point.x - 1) < 1e-12 && abs(point.y) < 1e-12 && abs(point.z - 5) < 1e-12)
        #expect(throws: LogImportError.self) {
            try Self.camera(isRectified: true) { $0.r = [1, 1, 1, 1, 1, 1, 1, 1, 1] }
        }
        #expect(throws: LogImportError.self) { try Self.camera(isRectified: true) { $0.p = [] } }
    }

    @Test("Regions are cut and binning divides, as image_geometry does it")
    func binning() throws {
        let camera = try Self.camera {
            $0.binning = SIMD2(2, 4)
            ($0.region.x, $0.region.y, $0.region.width, $0.region.height) = (100, 40, 1600, 800)
        }
        #expect(camera.size == SIMD2(800, 200) && camera.k == [500, 252.5, 430, 125])
    }

    @Test("Names of topics give cameras and places")
    func names() {
        #expect(LogConfiguration.cameraName("/camera/front_left/image_rect_color/compressed") == "camera_front_left")
        #expect(LogConfiguration.cameraName("/image") == "image")
        let slots = ["cam_front_left": "CAM_FRONT_LEFT", "rear-right": "CAM_BACK_RIGHT", "camera_front": "CAM_FRONT"]
        for (name, slot) in slots { #expect(LogConfiguration.slot(of: name) == slot) }
        #expect(LogConfiguration.slot(of: "left") == nil && LogConfiguration.slot(of: "front_back") == nil)
    }
}

/// Ways and moments.
@Suite("Times of logs") struct LogTimesTests {
    @Test("Between two poses the way is even and the turn on the shortest arc")
    func mix() {
        let a = RigidTransform(translation: .zero, rotation: .identity)
        for sign in [1.0, -1.0] {
            let b = RigidTransform(
                translation: SIMD3(4, 0, 0),
                rotation: Quaternion(w: sign * cos(0.8), x: 0, y: 0, z: sign * sin(0.8))
            )
            let middle = PoseTimeline.mix(a, b, 0.25)
            #expect(middle.translation.x == 1 && abs(middle.rotation.yaw_rad - 0.4) < 1e-12)
        }
    }

    @Test("Poses are found in any order, exactly where one is, and not in gaps or outside")
    func timeline() {
        var line = PoseTimeline()
        func pose(_ x: Double) -> RigidTransform { RigidTransform(translation: SIMD3(x, 0, 0), rotation: .identity) }
        for (time, x) in [(Int64(30), 3.0), (10, 1), (20, 2), (90, 9), (20, 7)] { line.add(time, pose(x)) }
        line.sort()
        #expect(
            line.pose(at: 20, mostGap_ns: 10) == .pose(pose(2)) && line.pose(at: 25, mostGap_ns: 10) == .pose(pose(2.5))
        )
        #expect(line.pose(at: 50, mostGap_ns: 10) == .gap(from_ns: 30, to_ns: 90))
        #expect(line.pose(at: 9, mostGap_ns: 10) == .outside && line.pose(at: 91, mostGap_ns: 10) == .outside)
        // A vehicle that stands keeps two poses and has no gap.
        var standing = PoseTimeline()
        for time in Int64(0)..<1000 { standing.add(time, pose(1)) }
        #expect(standing.times_ns == [0, 999] && standing.pose(at: 500, mostGap_ns: 1) == .pose(pose(1)))
    }

    @Test("Ways go over the frame that both hang on, back and forth")
    func ways() throws {
        var frames = FrameHistory()
        func add(_ parent: String, _ child: String, _ x: Double, _ time: Int64 = 0) throws {
            let t = RecordedTransform(
                time_ns: time,
                parent: parent,
                child: child,
                translation: SIMD3(x, 0, 0),
                rotation: SIMD4(0, 0, 0, 1)
            )
            try frames.add(t, time_ns: time)
        }
        try add("/base", "camera", 2)
        try add("base", "foot", 5)
        for time in Int64(0)..<3 { try add("odom", "base", Double(time), time) }
        try add("map", "odom", 100)
        frames.sort()
        #expect(try frames.fixed(try frames.way(from: "camera", to: "foot")).translation.x == -3)
        let way = try frames.way(from: "/foot", to: "map")
        guard case .pose(let pose) = frames.pose(way, at: 2, mostGap_ns: 5) else {
            Issue.record("no pose")
            return
        }
        #expect(pose.translation.x == 107 && frames.range_ns(way) == 0...2)
        #expect(throws: LogImportError.self) { try frames.fixed(way) }
        #expect(throws: LogImportError.self) { try frames.way(from: "camera", to: "moon") }
        try add("other", "base", 1)
        #expect(throws: LogImportError.self) { try frames.way(from: "camera", to: "map") }
        #expect(try frames.fixed(try frames.way(from: "camera", to: "base")).translation.x == 2)
    }

    @Test("Keyframes are the times nearest to an even rate; a pause is stepped over")
    func even() {
        let times: [Int64] =
            Array(stride(from: 3, through: 49, by: 1)) + Array(stride(from: 1_000_003, through: 1_000_029, by: 1))
        let chosen = KeyframeChoice.even(times, period_ns: 10, in: 5...2_000_000)
        #expect(chosen == [5, 15, 25, 35, 45, 1_000_005, 1_000_015, 1_000_025])
        #expect(KeyframeChoice.even([4, 11, 26, 29], period_ns: 10, in: 0...100) == [4, 11, 26])
        #expect(KeyframeChoice.nearest(to: 12, count: 3, tolerance_ns: 2) { [5, 10, 20][$0] } == 1)
        #expect(KeyframeChoice.nearest(to: 16, count: 3, tolerance_ns: 3) { [5, 10, 20][$0] } == nil)
        #expect(KeyframeChoice.thinned([1, 2, 5, 6, 9], step_ns: 3) == [1, 5, 9])
    }
}
