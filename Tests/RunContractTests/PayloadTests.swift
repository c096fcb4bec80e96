import Scenes
import TestSupport
import Testing

@testable import RunContract

@Suite struct PayloadTests {
    /// A scene as nuScenes' tables give it: six cameras, poses of its own for each picture.
    static func scene(samples: Int = 3) throws -> SceneFrames {
        var random = SeededGenerator(seed: 61)
        func number() -> Double { Double.random(in: -1000...1000, using: &random) }
        func transform() -> RigidTransform {
            RigidTransform(
                translation: SIMD3(number(), number(), number()),
                rotation: Quaternion(w: number(), x: number(), y: number(), z: number())
            )
        }
        let mounts = CameraOrder.published.map { ($0, (0..<9).map { _ in number() }, transform()) }
        func cameras(_ sample: Int) -> [CameraFrame] {
            mounts.map { channel, intrinsics, place in
                CameraFrame(
                    channel: channel,
                    imagePath:
                        "samples/\(channel)/n008-2018-08-01-15-16-36-0400__\(channel)__\(1_533_151_603_512_404 + sample).jpg",
                    width: 1600,
                    height: 900,
                    timestamp_us: Int64(1_533_151_603_512_404 + sample),
                    intrinsics: intrinsics,
                    sensorToEgo: place,
                    egoToGlobal: transform()
                )
            }
        }
        return SceneFrames(
            name: "scene-0061",
            token: "cc8c0bf57f984915a77078b10eb33198",
            samples: (0..<samples).map { sample in
                SampleFrames(
                    token: "ca9a282c9e77460f8360f564131a8a" + String(sample + 10),
                    timestamp_us: Int64(1_532_402_927_647_951 + sample * 500_000),
                    cameras: cameras(sample)
                )
            }
        )
    }

    @Test func everythingIsReadBackExactly() throws {
        var scene = try Self.scene()
        scene.samples[0].cameras[0].egoToGlobal.translation = SIMD3(-0.0, .leastNonzeroMagnitude, 0.1 + 0.2)
        scene.samples[0].cameras[1].sensorToEgo.translation.y = -0.0
        scene.samples[1].cameras[1].sensorToEgo.translation.y = 0
        scene.samples[2].cameras[5].intrinsics[8] = 1.0.nextUp
        let back = try SceneFrames(payload: scene.encodePayload())
        #expect(back == scene)
        #expect(back.samples[0].cameras[0].egoToGlobal.translation.x.sign == .minus)
        #expect(back.samples[0].cameras[1].sensorToEgo.translation.y.sign == .minus)
        #expect(back.samples[1].cameras[1].sensorToEgo.translation.y.sign == .plus)
        #expect(back.encodePayload() == scene.encodePayload())
    }

    @Test("What other rigs have is read back exactly, and without it a payload is of the versions of before")
    func otherRigs() throws {
        let plain = try Self.scene()
        #expect(plain.encodePayload()[4...5] == [1, 0])
        var scene = plain
        scene.samples[0].lidar = LidarPose(sensorToEgo: .identity, egoToGlobal: .identity)
        let lenses: [(String, [Double], Double?)] = [
            ("opencv", [-0.31, 0.09, 0.0002, -0.0001, -0.01], nil), ("kb4", [0.02, -0.004, 0.001, 0], 1.6),
            ("ftheta", [0, 900, -3, 20, 0.5], nil), ("mei", [0.9, -0.2, 0.05, 0.001, -0.0005], nil), ("none", [], 1.2),
        ]
        for (camera, lens) in lenses.enumerated() {
            for sample in scene.samples.indices {
                scene.samples[sample].cameras[camera].lens = try #require(
                    CameraLens(name: lens.0, coefficients: lens.1, maximumAngle_rad: lens.2)
                )
            }
        }
        scene.samples[1].cameras[0].maskPath = "masks/front.png"
        scene.samples[1].cameras[1].recorded = RecordedPicture(
            chunk: 4096,
            offset: 77,
            size: 1234,
            type: "cdr sensor_msgs/CompressedImage",
            stamp_ns: 5
        )
        scene.samples[1].cameras[2].recorded = RecordedPicture(chunk: nil, offset: 78, size: 1, type: "t")
        let bytes = scene.encodePayload()
        #expect(bytes[4...5] == [3, 0])
        #expect(try SceneFrames(payload: bytes) == scene)
        // Cut off anywhere it is an error, not a trap.
        for count in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: (any Error).self) { try SceneFrames(payload: Array(bytes[..<count])) }
        }
        // Each alone is reason enough.
        for change in [
            { $0.samples[0].cameras[0].maskPath = "m.png" },
            { $0.samples[0].cameras[0].recorded = RecordedPicture(chunk: nil, offset: 0, size: 1, type: "t") },
        ] as [(inout SceneFrames) -> Void] {
            var other = plain
            change(&other)
            #expect(try SceneFrames(payload: other.encodePayload()) == other)
        }
    }

    @Test func theLayoutIsTheDocumentedOne() throws {
        let camera = CameraFrame(
            channel: "C",
            imagePath: "p",
            width: 2,
            height: 3,
            timestamp_us: -1,
            intrinsics: [1, 0, 0, 0, 1, 0, 0, 0, 1],
            sensorToEgo: .identity,
            egoToGlobal: .identity
        )
        let sample = SampleFrames(token: "t", timestamp_us: 258, cameras: [camera])
        let bytes = SceneFrames(name: "n", token: "k", samples: [sample]).encodePayload()
        let one: [UInt8] = [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
        let zero = [UInt8](repeating: 0, count: 8)
        let identity = zero + zero + zero + one + zero + zero + zero
        var wanted: [UInt8] =
            Array("OCSF".utf8) + [1, 0, 1, 0, 0, 0] + Array("n".utf8) + [1, 0, 0, 0] + Array("k".utf8)
        wanted += [1, 0, 0, 0, 1, 0, 0, 0] + Array("C".utf8) + [2, 0, 0, 0, 3, 0, 0, 0]
        wanted += one + zero + zero + zero + one + zero + zero + zero + one + identity
        wanted += [1, 0, 0, 0, 1, 0, 0, 0] + Array("t".utf8) + [2, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
        wanted += [0, 0, 0, 0] + [UInt8](repeating: 255, count: 8) + [1, 0, 0, 0] + Array("p".utf8) + identity
        #expect(bytes == wanted)
    }

    @Test func lidarPosesFollowTheSamplesInVersion2() throws {
        let one: [UInt8] = [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
        let zero = [UInt8](repeating: 0, count: 8)
        let identity = zero + zero + zero + one + zero + zero + zero
        let lidar = LidarPose(sensorToEgo: .identity, egoToGlobal: .identity)
        let samples = [
            SampleFrames(token: "t", timestamp_us: 1, cameras: [], lidar: lidar),
            SampleFrames(token: "u", timestamp_us: 2, cameras: []),
            SampleFrames(token: "v", timestamp_us: 3, cameras: [], lidar: lidar),
        ]
        let scene = SceneFrames(name: "n", token: "k", samples: samples)
        let bytes = scene.encodePayload()
        var bare = scene
        for index in bare.samples.indices { bare.samples[index].lidar = nil }
        var wanted = bare.encodePayload()
        #expect(wanted[4] == 1, "what version 1 can hold is written as version 1")
        wanted[4] = 2
        wanted += [1, 0, 0, 0] + identity
        wanted += [0, 0, 0, 0] + identity + [255, 255, 255, 255] + [0, 0, 0, 0] + identity
        #expect(bytes == wanted)
        #expect(try SceneFrames(payload: bytes) == scene)
        var stray = bytes
        stray[stray.count - 60] = 1
        #expect {
            try SceneFrames(payload: stray)
        } throws: { error in
            "\(error)".contains("lidar mount 1 of 1")
        }
    }

    @Test func aSceneOf40SamplesIsSmall() throws {
        let bytes = try Self.scene(samples: 40).encodePayload()
        #expect(bytes.count < 43_000)
    }

    @Test func truncationAtEveryLengthIsAnError() throws {
        let bytes = try Self.scene(samples: 1).encodePayload()
        for length in 0..<bytes.count {
            #expect {
                try SceneFrames(payload: Array(bytes[..<length]))
            } throws: { error in
                ((error as? ByteReader.Failure)?.offset).map { $0 <= length } ?? false
            }
        }
    }

    @Test func damageNeverTraps() throws {
        let whole = try Self.scene(samples: 2).encodePayload()
        var random = SeededGenerator(seed: 99)
        for _ in 0..<5_000 {
            var bytes = whole
            for _ in 0...Int(random.next() % 4) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            guard let scene = try? SceneFrames(payload: bytes) else { continue }
            // What is accepted can be written again, and leads nowhere outside the root.
            #expect(try SceneFrames(payload: scene.encodePayload()) == scene, "seed 99")
            for camera in scene.samples.flatMap(\.cameras) {
                #expect(PlainName.flaw(ofRelativePath: camera.imagePath) == nil)
            }
        }
    }

    @Test func forgeriesAreRefused() throws {
        let whole = try Self.scene(samples: 1).encodePayload()
        var other = whole
        other[4] = 9
        var scene = try Self.scene(samples: 1)
        scene.samples[0].cameras[0].imagePath = "../../etc/passwd"
        let upwards = scene.encodePayload()
        scene = try Self.scene(samples: 1)
        scene.name = "a/b"
        let slash = scene.encodePayload()
        scene = try Self.scene(samples: 1)
        scene.samples[0].cameras[0].egoToGlobal.translation.x = .nan
        let cases: [([UInt8], String)] = [
            (other, "it is of version 9 where 1 to 3 are known, at byte 4"),
            (whole + [0], "1 bytes follow the last sample"),
            (Array("{}      ".utf8), "it does not start with OCSF, at byte 0"),
            (upwards, "the path has a \"..\" component"),
            (slash, "the scene name cannot be used as a file name"), (scene.encodePayload(), "a number is not finite"),
        ]
        for (bytes, text) in cases {
            #expect {
                try SceneFrames(payload: bytes)
            } throws: { error in
                "\(error)".contains(text)
            }
        }
    }
}
