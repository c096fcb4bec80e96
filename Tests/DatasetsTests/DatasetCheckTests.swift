import Foundation
import Scenes
import Testing

@testable import Datasets

/// What is found out about scenes, and what is found wrong with them.
@Suite("Checks of datasets") struct DatasetCheckTests {
    /// The camera's axes in the ego frame where it looks level to a direction.
    private static func looking(_ yaw_deg: Double) -> Quaternion {
        Quaternion(yaw_rad: yaw_deg * .pi / 180).times(Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5))
    }

    private static func camera(_ channel: String, yaw_deg: Double = 0, z_m: Double = 1.5) -> CameraFrame {
        CameraFrame(
            channel: channel,
            imagePath: "",
            width: 201,
            height: 101,
            timestamp_us: 0,
            intrinsics: [100, 0, 100, 0, 100, 50, 0, 0, 1],
            sensorToEgo: RigidTransform(translation: SIMD3(1, 0, z_m), rotation: looking(yaw_deg)),
            egoToGlobal: .identity
        )
    }

    /// Samples half a second apart of a vehicle that drives 5 m a sample along x.
    private static func scene(_ rig: [CameraFrame], samples: Int = 8, name: String = "s") -> SceneFrames {
        let samples = (0..<samples).map { index -> SampleFrames in
            let time_us = Int64(1_000_000 + 500_000 * index)
            let cameras = rig.map { camera in
                var camera = camera
                camera.imagePath = "\(camera.channel)/\(name)\(index).jpg"
                camera.timestamp_us = time_us + 10_000
                camera.egoToGlobal.translation.x = 5 * Double(index)
                return camera
            }
            return SampleFrames(token: "t\(index)", timestamp_us: time_us, cameras: cameras)
        }
        return SceneFrames(name: name, token: name, samples: samples)
    }

    private static func facts(_ scenes: [SceneFrames], isJudged: Bool = false) -> DatasetFacts {
        var check = DatasetCheck(isJudged: isJudged)
        for scene in scenes { _ = check.take(scene) }
        return check.finished()
    }

    private static let rig = [camera("front"), camera("left", yaw_deg: 80), camera("back", yaw_deg: 180)]

    @Test("A sound scene: counts, times, speeds, and where cameras look")
    func sound() throws {
        let facts = Self.facts([Self.scene(Self.rig), Self.scene(Self.rig, name: "z")])
        #expect((facts.scenes, facts.samples, facts.pictures) == (2, 16, 48))
        #expect(abs(facts.duration_s - 7) < 1e-9 && abs(facts.gap_s.mean - 0.5) < 1e-9)
        #expect(abs(facts.speed_mps.least - 10) < 1e-9 && abs(facts.way_m - 70) < 1e-9)
        #expect(facts.cameras.map(\.channel) == ["front", "left", "back"] && facts.cameras.map(\.mounts) == [1, 1, 1])
        let left = facts.cameras[1]
        #expect(abs(left.yaw_deg.mean - 80) < 1e-9 && abs(left.tilt_deg.mean) < 1e-9 && abs(left.roll_deg.mean) < 1e-9)
        #expect(abs(left.fieldOfView_deg.mean - 90) < 1e-9 && left.height_m.most == 1.5 && left.delay_ms.mean == 10)
        #expect(left.sizes == ["201 x 101"] && left.lenses == ["none"] && left.beyondLens_percent.most == 0)
        #expect(left.masked_percent == nil && left.principalOffset_percent.most == 0)
        // The front sees -45 to 45, the left 35 to 125, the back 135 to 225.
        #expect(facts.overlaps == [.init(cameras: ["front", "left"], width_deg: 10)])
        #expect(facts.unseen_deg == [[125, 135], [225, 315]])
        #expect(facts.isSound && facts.findings.map(\.check) == ["blind"])
        #expect(try JSONDecoder().decode(DatasetFacts.self, from: JSONEncoder().encode(facts)) == facts)
    }

    @Test("A gap across the direction ahead is one gap, and full circles leave none")
    func panorama() {
        #expect(Panorama([("a", 30...330)]).unseen_deg == [[330, 390]])
        #expect(Panorama([("a", -200...170)]).unseen_deg == [])
        #expect(Panorama([("a", nil)]).unseen_deg == [[0, 360]])
        #expect(Panorama([("a", 300...400), ("b", -10...20)]).overlaps == [.init(cameras: ["a", "b"], width_deg: 30)])
    }

    @Test("Tilt, roll and the principal point are read off the mount")
    func outlook() throws {
        func turned(_ x: Double, _ y: Double, _ z: Double) -> CameraOutlook {
            var camera = Self.camera("front")
            let turn = Quaternion(w: cos(0.1), x: x * sin(0.1), y: y * sin(0.1), z: z * sin(0.1))
            camera.sensorToEgo.rotation = camera.sensorToEgo.rotation.times(turn)
            camera.intrinsics[2] = 120
            return CameraOutlook(camera)
        }
        let degrees = 0.2 * 180 / .pi
        // About its right a camera turns up, about its down to the right, about its axis clockwise.
        #expect(abs(turned(1, 0, 0).tilt_deg - degrees) < 1e-9 && abs(turned(1, 0, 0).roll_deg) < 1e-9)
        #expect(abs(turned(0, 1, 0).yaw_deg + degrees) < 1e-9 && abs(turned(0, 1, 0).tilt_deg) < 1e-9)
        #expect(abs(turned(0, 0, 1).roll_deg - degrees) < 1e-9)
        #expect(abs(turned(0, 0, 1).principalOffset_percent - 100 * 20 / 201) < 1e-9)
    }

    @Test("A fisheye sees as far as its lens goes; its black rim counts as beyond the lens")
    func fisheye() throws {
        var camera = Self.camera("front")
        (camera.width, camera.height, camera.intrinsics) = (401, 401, [100, 0, 200, 0, 100, 200, 0, 0, 1])
        camera.lens = try #require(CameraLens(name: "kb4", coefficients: [0, 0, 0, 0], maximumAngle_rad: 1.5))
        let outlook = CameraOutlook(camera)
        // The rim lies at 150 of 200.5 pixels.
        #expect(abs(outlook.fieldOfView_deg - 2 * 1.5 * 180 / .pi) < 1)
        #expect(abs(outlook.beyondLens_percent - 100 * (1 - .pi * 150 * 150 / (401 * 401))) < 1)
    }

    /// One way to bend a sound scene, and what must be found then.
    struct Bend: Sendable, CustomTestStringConvertible {
        let check: String
        var isWrong = true
        let bend: @Sendable (inout SceneFrames) -> Void
        var testDescription: String { check + (isWrong ? "" : ", a note") }
    }

    private static func eachCamera(_ change: @escaping @Sendable (inout CameraFrame, Int) -> Void)
        -> @Sendable (inout SceneFrames) -> Void
    {
        { scene in
            for sample in scene.samples.indices {
                for camera in scene.samples[sample].cameras.indices {
                    change(&scene.samples[sample].cameras[camera], sample)
                }
            }
        }
    }

    private static let bends: [Bend] = [
        Bend(check: "times") { $0.samples[3].timestamp_us = $0.samples[2].timestamp_us },
        Bend(check: "times") { $0.samples[3].cameras[1].timestamp_us -= 520_000 },
        Bend(check: "delay") { $0.samples[3].cameras[2].timestamp_us += 1_100_000 },
        Bend(check: "delay", isWrong: false) { $0.samples[3].cameras[2].timestamp_us += 150_000 },
        Bend(check: "gap", isWrong: false) { scene in
            scene.samples[7].timestamp_us += 5_000_000
            for camera in scene.samples[7].cameras.indices {
                scene.samples[7].cameras[camera].timestamp_us += 5_000_000
            }
        },
        Bend(check: "speed", bend: eachCamera { $0.egoToGlobal.translation.x = $1 > 3 ? 100 : 0 }),
        Bend(check: "speed", isWrong: false, bend: eachCamera { $0.egoToGlobal.translation.x = 35 * Double($1) }),
        Bend(
            check: "direction",
            bend: eachCamera { camera, _ in camera.egoToGlobal.rotation = Quaternion(yaw_rad: .pi) }
        ),
        Bend(
            check: "direction",
            bend: eachCamera { camera, _ in camera.egoToGlobal.rotation = Quaternion(yaw_rad: 1.5) }
        ),
        Bend(check: "standstill", isWrong: false, bend: eachCamera { camera, _ in camera.egoToGlobal = .identity }),
        Bend(check: "height", bend: eachCamera { camera, _ in camera.sensorToEgo.translation.z = -0.5 }),
        Bend(check: "height", isWrong: false, bend: eachCamera { camera, _ in camera.sensorToEgo.translation.z = 5 }),
        Bend(check: "mount", bend: eachCamera { camera, _ in camera.sensorToEgo.rotation = .identity }),
        Bend(check: "mount", bend: eachCamera { camera, _ in camera.sensorToEgo.translation.x = 1_600 }),
        Bend(check: "intrinsics", bend: eachCamera { camera, _ in camera.intrinsics[0] = 4 }),
        Bend(
            check: "tilt",
            isWrong: false,
            bend: eachCamera { camera, _ in
                let turn = Quaternion(w: cos(-0.3), x: sin(-0.3), y: 0, z: 0)
                camera.sensorToEgo.rotation = looking(0).times(turn)
            }
        ),
        Bend(
            check: "roll",
            isWrong: false,
            bend: eachCamera { camera, _ in
                camera.sensorToEgo.rotation = looking(0).times(Quaternion(w: cos(0.2), x: 0, y: 0, z: sin(0.2)))
            }
        ),
        Bend(check: "principal point", isWrong: false, bend: eachCamera { camera, _ in camera.intrinsics[2] = 150 }),
        Bend(check: "same picture") { $0.samples[0].cameras[0].imagePath = $0.samples[4].cameras[1].imagePath },
        Bend(check: "same picture", isWrong: false) {
            $0.samples[0].cameras[0].imagePath = $0.samples[4].cameras[0].imagePath
        },
    ]

    @Test("What is bent is found, and told as wrong or as a note", arguments: bends)
    func bent(_ bend: Bend) throws {
        var scene = Self.scene(Self.rig)
        bend.bend(&scene)
        let facts = Self.facts([scene])
        let finding = try #require(facts.findings.first { $0.check == bend.check && $0.isWrong == bend.isWrong })
        #expect(finding.count >= 1 && finding.examples.count == min(finding.count, 5))
        #expect(facts.isSound == !bend.isWrong, "\(facts.findings)")
    }

    @Test("What a manifest was let pass with is meant; the same of tables is wrong")
    func judged() {
        var camera = Self.camera("front")
        camera.sensorToEgo.translation.z = 20
        camera.sensorToEgo.rotation = .identity
        #expect(Self.facts([Self.scene([camera])], isJudged: true).isSound)
        #expect(!Self.facts([Self.scene([camera])], isJudged: false).isSound)
    }

    @Test("A camera is given once for each of its mounts; masks count by what they take away")
    func masks() {
        var check = DatasetCheck(isJudged: true)
        var camera = Self.camera("front")
        camera.maskPath = "m.png"
        #expect(check.take(Self.scene([camera])).map(\.channel) == ["front"])
        #expect(check.take(Self.scene([camera], name: "again")).isEmpty)
        check.take(masked_percent: 12, of: camera)
        #expect(check.finished().cameras[0].masked_percent?.most == 12 && check.finished().isSound)
        camera.intrinsics[0] += 1
        #expect(check.take(Self.scene([camera], name: "other")).count == 1)
        check.take(masked_percent: 100, of: camera)
        let facts = check.finished()
        #expect(!facts.isSound && facts.findings[0].check == "mask" && facts.cameras[0].mounts == 2)
    }
}
