import Keyframes
import Scenes
import Testing

@Suite("What networks take") struct NetworkRigTests {
    private static func scene(_ change: (inout SceneFrames) -> Void = { _ in }) -> SceneFrames {
        let cameras = CameraOrder.published.map { channel in
            CameraFrame(
                channel: channel,
                imagePath: "a.jpg",
                width: 2,
                height: 2,
                timestamp_us: 0,
                intrinsics: [1, 0, 0, 0, 1, 0, 0, 0, 1],
                sensorToEgo: .identity,
                egoToGlobal: .identity
            )
        }
        var scene = SceneFrames(
            name: "s",
            token: "s",
            samples: [SampleFrames(token: "t", timestamp_us: 0, cameras: cameras)]
        )
        change(&scene)
        return scene
    }

    @Test("nuScenes' rig passes; what networks cannot be given yet is named")
    func flaws() throws {
        #expect(NetworkRig.flaw(of: Self.scene()) == nil)
        let cases: [(String, (inout SceneFrames) -> Void)] = [
            ("groundZ", { $0.groundHeight_m = 0.3 }),
            ("no picture in the slot CAM_BACK", { $0.samples[0].cameras.remove(at: 4) }),
            ("more cameras", { $0.samples[0].cameras.append($0.samples[0].cameras[0]) }),
            (
                "CAM_FRONT is distorted (kb4)",
                {
                    $0.samples[0].cameras[1].lens = CameraLens(name: "kb4", coefficients: [0, 0, 0, 0]) ?? .none
                }
            ),
            ("largest angle", { $0.samples[0].cameras[1].lens.maximumAngle_rad = 1 }),
            ("mask", { $0.samples[0].cameras[1].maskPath = "m.png" }),
            ("recording", { $0.samples[0].cameras[1].recorded = RecordedPicture(chunk: nil, offset: 0, size: 1) }),
        ]
        for (words, change) in cases {
            #expect(NetworkRig.flaw(of: Self.scene(change))?.contains(words) == true, "\(words)")
        }
    }
}
