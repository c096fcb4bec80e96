import Evaluation
import Foundation
import JobQueue
import LZ4Frames
import Scenes
import SystemSupport

@testable import Datasets
@testable import RunContract
@testable import Scoring
@testable import Storage

extension FuzzTarget {
    /// Scene payloads, by the first byte: plain, packed as the queue keeps them, or the annotations in them.
    static let payload = FuzzTarget(
        name: "payload",
        run: { input in
            guard let first = input.first else { return }
            let body = Array(input.dropFirst())
            if first % 3 == 2 {
                guard let truth = accepted({ try DetectionSceneTruth(decoding: body) }) else { return }
                demand(
                    try DetectionSceneTruth(decoding: truth.encoded()) == truth,
                    "annotations that are read back otherwise"
                )
                return
            }
            _ = accepted { try ScenePayload.annotations(body, scene: "s") }
            let scene =
                first % 3 == 0
                ? accepted { try SceneFrames(payload: body) } : accepted { try ScenePayload.decode(body, scene: "s") }
            guard let scene else { return }
            demand(PlainName.isUsable(scene.name), "a scene whose name is no file name")
            for sample in scene.samples {
                demand(PlainName.isUsable(sample.token), "a sample whose token is no file name")
                for camera in sample.cameras {
                    demand(PlainName.flaw(ofRelativePath: camera.imagePath) == nil, "an image outside the root")
                }
            }
            demand(
                try ScenePayload.decode(ScenePayload.encode(scene), scene: "s") == scene,
                "a scene that is read back otherwise"
            )
        },
        seeds: {
            let pose = LidarPose(
                sensorToEgo: try scene.samples[0].cameras[0].sensorToEgo,
                egoToGlobal: try scene.samples[0].cameras[0].egoToGlobal
            )
            var withLidar = try scene
            withLidar.samples[0].lidar = pose
            let truth = try annotations
            return try [
                [0] + scene.encodePayload(), [0] + withLidar.encodePayload(), [1] + ScenePayload.encode(scene),
                [1] + ScenePayload.encode(withLidar, annotations: truth), [2] + truth.encoded(),
            ]
        }
    )

    private static var annotations: DetectionSceneTruth {
        get throws {
            let box = BoxAnnotation(
                token: "",
                category: "vehicle.car",
                attributes: ["vehicle.moving"],
                translation: SIMD3(1, 2, 3),
                size: SIMD3(2, 4, 1.5),
                rotation: Quaternion(yaw_rad: 0.5),
                velocity: SIMD3(1, 0, 0),
                lidarPointCount: 5,
                radarPointCount: 0
            )
            let truth = try DetectionGroundTruth(
                sampleToken: "a",
                egoTranslation: SIMD3(1, 1, 0),
                annotations: [box]
            )
            return DetectionSceneTruth(samples: [.init(truth: truth, order: 0)])
        }
    }

    private static var scene: SceneFrames {
        get throws {
            let identity = RigidTransform(
                translation: SIMD3(1, -2, 0.5),
                rotation: Quaternion(w: 1, x: 0, y: 0, z: 0)
            )
            let camera = CameraFrame(
                channel: "CAM_FRONT",
                imagePath: "samples/CAM_FRONT/a.jpg",
                width: 160,
                height: 90,
                timestamp_us: 7,
                intrinsics: [100, 0, 50, 0, 100, 40, 0, 0, 1],
                sensorToEgo: identity,
                egoToGlobal: identity
            )
            let samples = ["a", "b"].map { SampleFrames(token: $0, timestamp_us: 1, cameras: [camera]) }
            return SceneFrames(name: "scene-1", token: "sc", samples: samples)
        }
    }

    /// `run.json`: read, written again, and a folder verified by it.
    static let manifest = FuzzTarget(
        name: "manifest",
        run: { input in
            let files = MemoryFiles()
            guard let directory = accepted({ try RunDirectory(output: "o", run: "r", fileSystem: files) }) else {
                fatalError("a plain name is refused")
            }
            files.files[directory.place(of: .manifest)] = input
            files.files["\(directory.path)/scene-1.2.occ.lz4"] = [1, 2, 3]
            guard let manifest = accepted({ try directory.readManifest() }) else { return }
            for scene in manifest.scenes where scene.state == .done {
                demand(scene.fileName?.contains("/") == false, "a file that leaves the folder")
            }
            _ = manifest.acceptedLeases
            _ = accepted { try RunScores.stored(in: manifest) }
            demand(try directory.verify(manifest).files >= 0, "a folder that cannot be verified")
            _ = accepted { try directory.garbage(accepted: manifest.acceptedLeases) }
            demand(
                try {
                    try directory.writeManifest(manifest)
                    return try directory.readManifest() == manifest
                }(),
                "a manifest that is read back otherwise"
            )
        },
        seeds: {
            let files = MemoryFiles()
            let directory = try RunDirectory(output: "o", run: "r", fileSystem: files)
            var scene = RunManifest.Scene(
                name: "scene-1",
                sampleTokens: ["a", "b"],
                lease: 2,
                fileName: "scene-1.2.occ.lz4",
                byteCount: 3,
                sha256: String(repeating: "0", count: 64)
            )
            scene.confusions = "AQ=="
            let manifest = RunManifest(
                run: "r",
                dataset: "nuscenes",
                datasetFolder: "/d",
                datasetVersion: "v1.0-mini",
                split: "all",
                model: "m",
                modelDigest: "00",
                precision: "fp32",
                settings: ["samples": "2"],
                software: "occ",
                writtenAt: "2026-01-01T00:00:00Z",
                scenes: [scene, .init(name: "scene-2", state: .failed, sampleTokens: [], failure: "no image")]
            )
            try directory.writeManifest(manifest)
            return [files.files[directory.place(of: .manifest)] ?? []]
        }
    )

    /// Archives of runs: opened by their index, every member of them within the file.
    static let archive = FuzzTarget(
        name: "archive",
        run: { input in
            let files = MemoryFiles()
            files.files["a.tar"] = input
            guard let archived = accepted({ try ArchivedRun(path: "a.tar", fileSystem: files) }) else { return }
            for file in archived.sceneFiles() {
                demand(file.byteCount <= input.count, "a member that is larger than the file")
                demand(try archived.open(file.key).byteCount == file.byteCount, "a member of two sizes")
            }
            for document in RunDocument.allCases { _ = accepted { try archived.read(document) } }
            _ = accepted { try archived.readIdentity() }
            _ = accepted { try archived.verify() }
        },
        seeds: {
            let files = MemoryFiles()
            let directory = try RunDirectory(output: "o", run: "r", fileSystem: files)
            files.files["\(directory.path)/scene-1.2.occ.lz4"] = [1, 2, 3]
            try directory.writeManifest(
                RunManifest(
                    run: "r",
                    dataset: "nuscenes",
                    datasetFolder: "/d",
                    datasetVersion: "v1.0-mini",
                    split: "all",
                    model: "m",
                    modelDigest: "00",
                    precision: "fp32",
                    software: "occ",
                    writtenAt: "2026-01-01T00:00:00Z",
                    scenes: [
                        RunManifest.Scene(
                            name: "scene-1",
                            sampleTokens: ["a", "b"],
                            lease: 2,
                            fileName: "scene-1.2.occ.lz4",
                            byteCount: 3,
                            sha256: SHA256.hex([1, 2, 3])
                        )
                    ]
                )
            )
            _ = try RunArchive(directory).write(to: "a.tar", fileSystem: files)
            return [files.files["a.tar"] ?? []]
        }
    )

    /// `identity.json`: read, and given to a folder again.
    static let identity = FuzzTarget(
        name: "identity",
        run: { input in
            let files = MemoryFiles()
            guard let directory = accepted({ try RunDirectory(output: "o", run: "r", fileSystem: files) }) else {
                fatalError("a plain name is refused")
            }
            files.files[directory.place(of: .identity)] = input
            guard let found = accepted({ try directory.readIdentity() }), let identity = found else { return }
            demand(identity.name == "r", "an identity of another run")
            _ = accepted { try RunSettings(json: identity.settings, run: identity.name) }
            demand(
                try {
                    try directory.replaceIdentity(identity)
                    return try directory.readIdentity() == identity
                }(),
                "an identity that is read back otherwise"
            )
        },
        seeds: {
            let files = MemoryFiles()
            let directory = try RunDirectory(output: "o", run: "r", fileSystem: files)
            let identity = FolderIdentity(
                queue: "8a4f0c1e-0000-4000-8000-000000000001",
                queuePlace: "host=db.local dbname=occ user=occ_owner",
                run: "8a4f0c1e-0000-4000-8000-000000000002",
                name: "r",
                kind: "predict-0123456789abcdef",
                runFormatVersion: 2,
                settings: "{}",
                priority: 0,
                maximumAttempts: 3,
                skipsMissing: false,
                predicts: .occupancy,
                software: "occ"
            )
            try directory.replaceIdentity(identity)
            return [files.files[directory.place(of: .identity)] ?? []]
        }
    )

    /// Names of runs and scenes: whatever they are, their files stay in the folder, and names come back.
    static let names = FuzzTarget(
        name: "names",
        run: { input in
            let name = String(decoding: input, as: UTF8.self)
            if let escaped = accepted({ try EscapedName.escape(name, of: "scene") }) {
                demand(
                    !escaped.contains("/") && !escaped.hasPrefix(".") && !escaped.isEmpty,
                    "a name that leaves the folder"
                )
                demand(EscapedName.unescape(escaped) == name, "a name that is read back otherwise")
            }
            if let found = SceneFileKey(fileName: name) {
                demand(try found.fileName() == name, "a file name of two forms")
            }
            if PlainName.isUsable(name) { demand(!name.contains("/") && name != "..", "a component that is a path") }
            if PlainName.flaw(ofRelativePath: name) == nil {
                let path = URL(fileURLWithPath: "/root/data/" + name).standardizedFileURL.path
                demand(path.hasPrefix("/root/data"), "'\(name)' leaves the root")
            }
        },
        seeds: {
            ["scene-0001", "../x", "a/../../b", "samples/CAM/a.jpg", "scene%2E.7.occ.lz4", "..", "Stra\u{df}e", "/etc"]
                .map {
                    Array($0.utf8)
                }
        }
    )

    /// Settings of a run, as stored in the queue.
    static let settings = FuzzTarget(
        name: "settings",
        run: { input in
            guard let settings = accepted({ try RunSettings(json: String(decoding: input, as: UTF8.self), run: "r") })
            else { return }
            let name = RunIdentity.name(of: settings)
            demand(!name.contains("/") && !name.hasPrefix("."), "a run's name that leaves the folder")
            demand(
                try RunSettings(json: settings.encoded(), run: "r") == settings,
                "settings that are read back otherwise"
            )
        },
        seeds: {
            let settings = RunSettings(
                datasetRoot: "/d",
                datasetVersion: "v1.0-mini",
                split: "all",
                modelConfiguration: "m",
                modelDigest: String(repeating: "0", count: 64),
                modelPath: "/m",
                precision: .fp32,
                outputDirectory: "/o"
            )
            var rescaled = settings
            rescaled.rescaleIntrinsics = true
            return try [Array(settings.encoded().utf8), Array(rescaled.encoded().utf8)]
        }
    )
}
