import Evaluation
import Scenes
import Scoring
import TestSupport
import Testing

@testable import RunContract

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
            { $0.rescaleIntrinsics = true }, { $0.reducedDecoding = true }, { $0.semanticsVersion = 2 },
        ]
        var names: Set = [name]
        for change in changes {
            var other = settings
            change(&other)
            #expect(names.insert(RunIdentity.name(of: other)).inserted && !other.definesSameRun(as: settings))
        }
    }

    @Test("Settings of version 0.1 are read, define the run that they defined, and are written as they were")
    func settingsOfVersion01() throws {
        let text =
            #"{"datasetRoot":"/data/nuscenes","datasetVersion":"v1.0-mini","modelConfiguration":"flashocc-r50_BDC-T","modelDigest":""#
            + String(repeating: "ab", count: 32)
            + #"","modelPath":"/models/a.occmodel","outputDirectory":"/out","precision":"fp32","split":"mini_val"}"#
        let settings = try RunSettings(json: text, run: "r")
        #expect(settings == makeSettings())
        #expect(try settings.encoded() == text)
        #expect(RunIdentity.name(of: settings) == "mini_val-flashocc-r50_BDC-T-8664b1c876")
        #expect(settings.kind == "predict-abababababababab" && settings.formatVersion == 2)
        #expect(!settings.identity.rescalesIntrinsics)
    }

    @Test("Whatever decides predictions makes another identity and another kind, which older workers leave alone")
    func identities() throws {
        let settings = makeSettings()
        var rescaled = settings
        rescaled.rescaleIntrinsics = true
        #expect(rescaled.identity != settings.identity && rescaled.kind != settings.kind)
        #expect(rescaled.formatVersion == 3 && RunSettings.currentFormatVersion == 6)
        #expect(try RunSettings(json: rescaled.encoded(), run: "r") == rescaled)
        var moved = settings
        (moved.modelPath, moved.datasetRoot, moved.outputDirectory) = ("/x", "/y", "/z")
        #expect(moved.identity == settings.identity && moved.kind == settings.kind)
        let known = PredictionIdentity.all(ofModel: settings.modelDigest)
        #expect(Set(known.map(\.kind)).count == known.count)
        #expect(known.contains(settings.identity) && known.contains(rescaled.identity))
        #expect(rescaled.identity.differences(from: settings.identity).joined().contains("--rescale-intrinsics"))
        #expect(settings.identity.differences(from: settings.identity).isEmpty)
        #expect(rescaled.manifestEntries(samples: 3) == ["samples": "3", "rescaleIntrinsics": "true"])
        // Any virtual cameras are one kind, and each rig of them another identity and another run.
        var virtual = settings
        virtual.virtualRig = [
            VirtualCamera(
                slot: "CAM_FRONT",
                width_px: 1600,
                height_px: 900,
                focalX_px: 1266,
                focalY_px: 1266,
                yaw_deg: 0
            )
        ]
        var wider = virtual
        wider.virtualRig[0].focalX_px = 800
        #expect(virtual.identity != settings.identity && virtual.identity != wider.identity)
        #expect(virtual.kind == wider.kind && virtual.kind != settings.kind && known.map(\.kind).contains(virtual.kind))
        #expect(Set([settings, virtual, wider].map { RunIdentity.name(of: $0) }).count == 3)
        #expect(
            virtual.formatVersion == 5 && virtual.manifestEntries(samples: 3)["virtualRig"]?.contains("1266.0") == true
        )
        #expect(virtual.identity.differences(from: settings.identity).joined().contains("--virtual-cameras"))
        #expect(try RunSettings(json: virtual.encoded(), run: "r") == virtual)
        for change in [{ $0.width_px = 0 }, { $0.height_px = Int.max }, { $0.focalX_px = 0 }, { $0.focalY_px = 1e300 }]
            as [(inout VirtualCamera) -> Void]
        {
            var broken = virtual
            change(&broken.virtualRig[0])
            #expect(throws: RunContractError.self) { try RunSettings(json: broken.encoded(), run: "r") }
        }
        var reduced = settings
        reduced.reducedDecoding = true
        #expect(reduced.formatVersion == 6 && known.contains(reduced.identity) && reduced.kind != settings.kind)
        #expect(reduced.identity.differences(from: settings.identity).joined().contains("--reduced-decoding"))
        #expect(reduced.manifestEntries(samples: 3)["reducedDecoding"] == "true")
        #expect(try RunSettings(json: reduced.encoded(), run: "r") == reduced)
        // Workers of before know nuScenes tables alone.
        var described = settings
        described.datasetKind = "manifest"
        #expect(described.formatVersion == 5 && described.kind == settings.kind)
        #expect(try RunSettings(json: described.encoded(), run: "r") == described)
        // Rules of prediction that this program does not know are left to one that does.
        var newer = settings
        newer.semanticsVersion = 2
        #expect(newer.formatVersion == 3 && newer.kind != settings.kind)
        let error = #expect(throws: RunContractError.self) { try RunSettings(json: newer.encoded(), run: "r") }
        #expect(error?.isNewer == true)
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
        #expect(try ScenePayload.annotations(bytes, scene: scene.name) == nil)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            let error = #expect(throws: RunContractError.self, "byte \(index)") {
                try ScenePayload.decode(damaged, scene: scene.name)
            }
            #expect(error?.description.contains("scene-0061") == true)
        }
    }

    @Test("A payload with annotations gives both parts back; damage at any byte is an error of one of them")
    func annotatedPayload() throws {
        let scene = RunFixture.frames(1)
        let truth = try DetectionSceneTruth(RunFixture.annotations(1), split: "mini_val")
        let bytes = try ScenePayload.encode(scene, annotations: truth)
        #expect(try ScenePayload.decode(bytes, scene: scene.name) == scene)
        #expect(try ScenePayload.annotations(bytes, scene: scene.name) == truth)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            let error = #expect(throws: RunContractError.self, "byte \(index)") {
                _ = try ScenePayload.decode(damaged, scene: scene.name)
                _ = try ScenePayload.annotations(damaged, scene: scene.name)
            }
            #expect(error?.description.contains("scene-1") == true)
        }
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: RunContractError.self) {
                try ScenePayload.decode(Array(bytes[..<length]), scene: scene.name)
            }
        }
    }

    @Test("In format 1 a payload is what workers of version 0.1 read: frames alone")
    func oldPayload() throws {
        let scene = RunFixture.frames(1)
        let truth = try DetectionSceneTruth(RunFixture.annotations(1), split: "mini_val")
        let old = try ScenePayload.encode(scene, annotations: truth, formatVersion: 1)
        var bare = scene
        for index in bare.samples.indices { bare.samples[index].lidar = nil }
        #expect(try ScenePayload.decode(old, scene: scene.name) == bare)
        #expect(old == (try ScenePayload.encode(bare)))
    }
}
