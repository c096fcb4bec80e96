import Datasets
import Testing

@testable import Runs

@Suite("What scheduler and workers agree on")
struct RunContractTests {
    private func makeSettings() -> RunSettings {
        RunSettings(
            datasetRoot: "/data/nuscenes",
            datasetVersion: "v1.0-mini",
            split: "mini_val",
            modelConfiguration: "flashocc-r50_BDC-T",
            modelDigest: String(repeating: "ab", count: 32),
            modelPath: "/models/a.occmodel",
            precision: .fp32,
            outputDirectory: "/out"
        )
    }

    @Test("The name of a run stays the same for the same run, and is another for whatever defines another")
    func identity() {
        let settings = makeSettings()
        let name = RunIdentity.name(of: settings)
        #expect(name.hasPrefix("mini_val-flashocc-r50_BDC-T-") && name.count == 38)
        var moved = settings
        moved.modelPath = "/elsewhere/a.occmodel"
        #expect(RunIdentity.name(of: moved) == name && moved.definesSameRun(as: settings))
        let changes: [(inout RunSettings) -> Void] = [
            { $0.datasetRoot = "/data/other" }, { $0.datasetVersion = "v1.0-test" }, { $0.split = "val" },
            { $0.modelDigest = String(repeating: "cd", count: 32) }, { $0.outputDirectory = "/out2" },
        ]
        var names: Set = [name]
        for change in changes {
            var other = settings
            change(&other)
            #expect(names.insert(RunIdentity.name(of: other)).inserted && !other.definesSameRun(as: settings))
        }
    }

    @Test(
        "A name is safe as a file name, whatever a split is called",
        arguments: ["../../etc", "a b/c", "日本", ".hidden", ""]
    )
    func safeNames(split: String) {
        var settings = makeSettings()
        settings.split = split
        let name = RunIdentity.name(of: settings)
        #expect(!name.isEmpty && !name.hasPrefix(".") && !name.hasPrefix("-"))
        #expect(
            name.utf8.allSatisfy { byte in
                let character = Character(UnicodeScalar(byte))
                return character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
            }
        )
    }

    @Test("Settings survive JSON; what is no settings document is an error that names the run")
    func settingsText() throws {
        let settings = makeSettings()
        #expect(try RunSettings(json: settings.encoded(), run: "r") == settings)
        let error = #expect(throws: RunContractError.self) { try RunSettings(json: "{\"split\": 3}", run: "the-run") }
        #expect(error?.description.contains("the-run") == true)
    }

    @Test("A payload survives packing; damage at any byte is an error that names the scene")
    func payload() throws {
        let camera = CameraFrame(
            channel: "CAM_FRONT",
            imagePath: "samples/a.jpg",
            width: 1600,
            height: 900,
            timestamp_us: 5,
            intrinsics: [1266, 0, 800, 0, 1266, 450, 0, 0, 1],
            sensorToEgo: RigidTransform(
                translation: [1.7, 0, 1.5],
                rotation: Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5)
            ),
            egoToGlobal: .identity
        )
        let scene = SceneFrames(
            name: "scene-0061",
            token: "t",
            samples: [SampleFrames(token: "s", timestamp_us: 4, cameras: [camera])]
        )
        let bytes = try ScenePayload.encode(scene)
        #expect(try ScenePayload.decode(bytes, scene: scene.name) == scene)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            let error = #expect(throws: RunContractError.self, "byte \(index)") {
                try ScenePayload.decode(damaged, scene: scene.name)
            }
            #expect(error?.description.contains("scene-0061") == true)
        }
    }
}
