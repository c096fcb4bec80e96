import ArrayFiles
import Datasets
import Foundation
import ImageFiles
import MCAPFiles
import RunContract
import Scenes
import SyntheticWorld
import SystemSupport
import Testing

/// Whole datasets on disk, with tiny pictures.
@Suite struct DatasetTests {
    private static func options(
        scenes: Int = 2,
        samples: Int = 3,
        seed: UInt64 = 42,
        threads: Int = 2
    ) -> SyntheticOptions {
        SyntheticOptions(
            scenes: scenes,
            samplesPerScene: samples,
            seed: seed,
            imageWidth: 160,
            imageHeight: 90,
            version: "v1.0-test-tiny",
            threads: threads
        )
    }

    /// Runs a test in a folder of its own, which is removed afterwards.
    private func inFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let folder = NSTemporaryDirectory() + "synthetic-\(UUID().uuidString)"
        try Folders.create(folder)
        do {
            let value = try await body(folder)
            try FileManager.default.removeItem(atPath: folder)
            return value
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    private func digests(_ root: String) throws -> [String: String] {
        var found: [String: String] = [:]
        let names = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
        for name in names {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(root)/\(name)", isDirectory: &isFolder)
            if !isFolder.boolValue { found[name] = try SHA256.hex(ofFile: "\(root)/\(name)") }
        }
        return found
    }

    private func table(_ root: String, _ name: String) throws -> [[String: Any]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(root)/v1.0-test-tiny/\(name).json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    }

    /// A given rig's pictures, of any lens, are told by a manifest; world and labels are those of the built-in rig.
    @Test func rendersForAnyRig() async throws {
        let rig = try [("kb4", [0.02, -0.004, 0.001, 0], 1.6), ("opencv", [-0.3, 0.09, 0, 0], nil as Double?)].map {
            CameraFrame(
                channel: $0.0,
                imagePath: "",
                width: 120,
                height: 80,
                timestamp_us: 0,
                intrinsics: [40, 0, 59.5, 0, 40, 39.5, 0, 0, 1],
                sensorToEgo: RigidTransform(
                    translation: SIMD3(1, 0.5, 1.2),
                    rotation: Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5)
                ),
                egoToGlobal: .identity,
                lens: try #require(CameraLens(name: $0.0, coefficients: $0.1, maximumAngle_rad: $0.2))
            )
        }
        try await inFolder { root in
            var options = Self.options(scenes: 1, samples: 2)
            options.rig = rig
            options.unusualCameras = ["opencv"]
            let summary = try await SyntheticDataset.write(to: root + "/given", options: options)
            #expect(summary.images == 4 && SyntheticDataset.isComplete(at: root + "/given"))
            #expect(!FileManager.default.fileExists(atPath: root + "/given/v1.0-test-tiny"))
            try await SyntheticDataset.write(to: root + "/own", options: Self.options(scenes: 1, samples: 2))

            let text = try String(contentsOfFile: root + "/given/dataset.occ.jsonl", encoding: .utf8)
            #expect(text.split(separator: "\"unusual\":true").count == 2, "checks of other mounts stay on")
            #expect(!rig.contains(where: ManifestRigs.isUnusual))
            let given = try DatasetKind.recognised("a.occ.jsonl").open(root + "/given/dataset.occ.jsonl", "")
            let own = try DatasetKind.recognised("a.occ.jsonl").open(root + "/own/dataset.occ.jsonl", "")
            let scene = try #require(try given.resolve(split: nil, options: ResolutionOptions()).scenes.first)
            let other = try #require(try own.resolve(split: nil, options: ResolutionOptions()).scenes.first)
            #expect(scene.samples.map(\.token) == other.samples.map(\.token))
            for sample in scene.samples {
                #expect(sample.cameras.map(\.channel) == ["kb4", "opencv"])
                for (camera, wanted) in zip(sample.cameras, rig) {
                    #expect(camera.lens == wanted.lens && camera.intrinsics == wanted.intrinsics)
                    #expect(camera.sensorToEgo == wanted.sensorToEgo)
                    let picture = try JPEGDecoder().decode(
                        Array(Data(contentsOf: URL(fileURLWithPath: root + "/given/" + camera.imagePath)))
                    )
                    #expect(picture.width == 120 && picture.height == 80)
                    // The corner lies beyond the fisheye's largest angle, and only noise is there; the other sees to its corners.
                    #expect((picture.pixels[..<3].max() ?? 0) < 24 || camera.channel == "opencv")
                }
                guard case .labels(let labels) = given.labels.read(scene: scene.name, sample: sample.token),
                    case .labels(let same) = own.labels.read(scene: scene.name, sample: sample.token)
                else {
                    Issue.record("no labels")
                    continue
                }
                #expect(labels.semantics == same.semantics)
                let seen = (labels.maskCamera ?? []).reduce(0) { $0 + Int($1) }
                #expect(seen > 10_000 && seen < 640_000)
            }
        }
        var broken = Self.options()
        broken.rig = rig
        broken.rig[0].intrinsics[0] = 0
        #expect(throws: SyntheticWorldError.self) { try broken.validate() }
    }

    /// The same options give the same bytes, however many threads; another seed gives another world.
    @Test func sameOptionsGiveTheSameBytes() async throws {
        try await inFolder { folder in
            try await SyntheticDataset.write(
                to: "\(folder)/a",
                options: Self.options(scenes: 1, samples: 2, threads: 1)
            )
            try await SyntheticDataset.write(
                to: "\(folder)/b",
                options: Self.options(scenes: 1, samples: 2, threads: 3)
            )
            try await SyntheticDataset.write(
                to: "\(folder)/c",
                options: Self.options(scenes: 1, samples: 2, seed: 43)
            )
            let a = try digests("\(folder)/a")
            #expect(a == (try digests("\(folder)/b")))
            let c = try digests("\(folder)/c")
            #expect(Set(a.keys).intersection(c.keys).filter { $0.hasPrefix("gts") }.isEmpty)
            let images = a.filter { $0.key.hasSuffix(".jpg") }
            #expect(images.count == 12)
            #expect(Set(images.values).isDisjoint(with: Set(c.values)))
            // Written over its own remains, the directory is the same again.
            try await SyntheticDataset.write(to: "\(folder)/c", options: Self.options(scenes: 1, samples: 2))
            #expect(a == (try digests("\(folder)/c")))
        }
    }

    @Test func tablesLinkUp() async throws {
        try await inFolder { folder in
            let root = "\(folder)/set"
            let summary = try await SyntheticDataset.write(to: root, options: Self.options())
            #expect(summary.scenes == ["scene-9001", "scene-9002"])
            #expect(summary.splits == ["synthetic_train": ["scene-9001"], "synthetic_val": ["scene-9002"]])
            #expect(summary.samples == 6 && summary.images == 36)
            try manifestSaysWhatTablesSay(root)
            for form in DatasetRecording.Form.allCases { try recordingsSayWhatTablesSay(root, form) }
            var tokens: [String: Set<String>] = [:]
            var rows: [String: [[String: Any]]] = [:]
            for name in [
                "category", "attribute", "visibility", "instance", "sensor", "calibrated_sensor", "ego_pose", "log",
                "scene", "sample", "sample_data", "sample_annotation", "map",
            ] {
                let content = try table(root, name)
                rows[name] = content
                let own = content.compactMap { $0["token"] as? String }
                #expect(own.count == content.count && Set(own).count == own.count, "\(name)")
                if name != "visibility" {
                    #expect(own.allSatisfy { $0.count == 32 && $0.allSatisfy(\.isHexDigit) }, "\(name)")
                }
                tokens[name] = Set(own)
            }
            #expect(rows["sample_annotation"]?.count == summary.annotations)
            #expect(summary.annotations > 60)
            let links = [
                ("instance", "category_token", "category"), ("instance", "first_annotation_token", "sample_annotation"),
                ("instance", "last_annotation_token", "sample_annotation"),
                ("calibrated_sensor", "sensor_token", "sensor"), ("scene", "log_token", "log"),
                ("scene", "first_sample_token", "sample"), ("scene", "last_sample_token", "sample"),
                ("sample", "scene_token", "scene"), ("sample", "prev", "sample"), ("sample", "next", "sample"),
                ("sample_data", "sample_token", "sample"), ("sample_data", "ego_pose_token", "ego_pose"),
                ("sample_data", "calibrated_sensor_token", "calibrated_sensor"),
                ("sample_data", "prev", "sample_data"), ("sample_data", "next", "sample_data"),
                ("sample_annotation", "sample_token", "sample"), ("sample_annotation", "instance_token", "instance"),
                ("sample_annotation", "visibility_token", "visibility"),
                ("sample_annotation", "prev", "sample_annotation"), ("sample_annotation", "next", "sample_annotation"),
            ]
            for (name, key, target) in links {
                for row in rows[name] ?? [] {
                    let value = try #require(row[key] as? String, "\(name).\(key)")
                    let mayBeEmpty = key == "prev" || key == "next"
                    #expect((mayBeEmpty && value.isEmpty) || tokens[target]?.contains(value) == true, "\(name).\(key)")
                }
            }
            for row in rows["sample_data"] ?? [] {
                let file = try #require(row["filename"] as? String)
                #expect(try Folders.isPresent("\(root)/\(file)"), "\(file)")
            }
            #expect(rows["sample_data"]?.count == 42)
            for row in rows["sample"] ?? [] {
                let token = try #require(row["token"] as? String)
                let scene = try #require(
                    rows["scene"]?.first { $0["token"] as? String == row["scene_token"] as? String }
                )
                let name = try #require(scene["name"] as? String)
                let labels = try NPZArchive(contentsOf: "\(root)/gts/\(name)/\(token)/labels.npz")
                #expect(labels.names == ["semantics", "mask_lidar", "mask_camera"])
                for key in labels.names {
                    let values = try labels.elements(of: key, as: UInt8.self, shape: [200, 200, 16])
                    #expect(values.allSatisfy { $0 <= (key == "semantics" ? 17 : 1) })
                }
            }
            for row in rows["map"] ?? [] {
                let file = try #require(row["filename"] as? String)
                let mask = try PNGDecoder.decode(Array(Data(contentsOf: URL(fileURLWithPath: "\(root)/\(file)"))))
                #expect(mask.pixels.contains(0) && mask.pixels.contains(255))
                #expect(mask.pixels.allSatisfy { $0 == 0 || $0 == 255 })
            }
        }
    }

    /// The manifest beside the tables gives the same frames, down to the bytes that workers are given, and the same boxes and labels.
    private func manifestSaysWhatTablesSay(_ root: String) throws {
        let tables = try DatasetKind.nuScenes.open(root, "v1.0-test-tiny")
        let path = "\(root)/dataset.occ.jsonl"
        let manifest = try DatasetKind.recognised(path).open(path, "")
        #expect(manifest.version == "v1.0-test-tiny")
        let options = ResolutionOptions(pictureSizes: .all)
        for split in [nil, "synthetic_train", "synthetic_val"] {
            let wanted = try tables.resolve(split: split, options: options)
            let found = try manifest.resolve(split: split, options: options)
            #expect(found == wanted)
            #expect(found.scenes.map { $0.encodePayload() } == wanted.scenes.map { $0.encodePayload() })
            let boxes = try #require(try tables.annotations(of: wanted.scenes))
            #expect(try manifest.annotations(of: wanted.scenes) == boxes)
            #expect(boxes.contains { $0.samples.contains { $0.boxes.contains { $0.velocity != nil } } })
            let token = wanted.scenes[0].samples[0].token
            guard case .labels(let labels) = manifest.labels.read(scene: wanted.scenes[0].name, sample: token) else {
                Issue.record("no labels beside the manifest")
                return
            }
            #expect(labels.semantics.count == VoxelGrid.count)
        }
    }

    /// A network is given the same, bit by bit, whether a scene comes as tables or as a recording.
    private func recordingsSayWhatTablesSay(_ root: String, _ form: DatasetRecording.Form) throws {
        for wanted in try DatasetKind.nuScenes.open(root, "v1.0-test-tiny").resolve(
            split: nil,
            options: ResolutionOptions()
        ).scenes {
            let recording = "\(root)/\(form)-\(wanted.name).mcap"
            try Data(DatasetRecording.bytes(wanted, pictures: root, as: form)).write(
                to: URL(fileURLWithPath: recording)
            )
            let survey = try RecordingSurvey(MCAPFile(path: recording), effort: .some)
            var (chosen, _) = try LogConfiguration.guess(of: survey)
            #expect(chosen.cameras.keys.sorted() == CameraOrder.published.sorted())
            chosen.lidarFrame = "lidar"
            let made = try LogImport(chosen, moments: .anchor(topic: "/keyframe"), scene: wanted.name).run([
                .init(path: recording, name: "\(form)-\(wanted.name).mcap")
            ])
            #expect(made.notes == [] && made.sampleCount == wanted.samples.count)
            let path = "\(root)/\(form)-\(wanted.name).occ.jsonl"
            try Data(made.manifest).write(to: URL(fileURLWithPath: path))
            let manifest = try ManifestDataset.open(root: path)
            let options = ResolutionOptions(pictureSizes: .all)
            var found = try #require(try manifest.resolve(split: nil, options: options).scenes.first)
            #expect(try SceneFrames(payload: found.encodePayload()) == found)
            for (sample, same) in zip(found.samples.indices, wanted.samples) {
                found.samples[sample].token = same.token
                for (camera, other) in zip(found.samples[sample].cameras.indices, same.cameras) {
                    let picture = try found.samples[sample].cameras[camera].openPicture(in: root)
                    let file = try other.openPicture(in: root)
                    #expect(picture.withBytes { $0.elementsEqual(file.withBytes { Array($0) }) })
                    #expect(found.samples[sample].cameras[camera].recorded != nil)
                    found.samples[sample].cameras[camera].recorded = nil
                    found.samples[sample].cameras[camera].imagePath = other.imagePath
                }
            }
            found.token = wanted.token
            #expect(found == wanted)
            #expect(found.encodePayload() == wanted.encodePayload())
        }
    }

    /// Finite differences of annotated positions are the speeds that the attributes tell.
    @Test func annotationsMoveAsTheirAttributesSay() async throws {
        try await inFolder { folder in
            let root = "\(folder)/set"
            try await SyntheticDataset.write(to: root, options: Self.options(scenes: 1))
            let times = Dictionary(
                uniqueKeysWithValues: try table(root, "sample").map {
                    ($0["token"] as! String, Double($0["timestamp"] as! Int) * 1e-6)
                }
            )
            let names = Dictionary(
                uniqueKeysWithValues: try table(root, "attribute").map {
                    ($0["token"] as! String, $0["name"] as! String)
                }
            )
            let annotations = try table(root, "sample_annotation")
            let byToken = Dictionary(uniqueKeysWithValues: annotations.map { ($0["token"] as! String, $0) })
            var moving = 0
            var standing = 0
            for row in annotations {
                guard let next = byToken[row["next"] as! String] else { continue }
                #expect(next["prev"] as? String == row["token"] as? String)
                #expect(next["instance_token"] as? String == row["instance_token"] as? String)
                let a = row["translation"] as! [Double]
                let b = next["translation"] as! [Double]
                let seconds = times[next["sample_token"] as! String]! - times[row["sample_token"] as! String]!
                let speed = hypot(b[0] - a[0], b[1] - a[1]) / seconds
                let attribute = (row["attribute_tokens"] as! [String]).first.flatMap { names[$0] }
                switch attribute {
                case "vehicle.moving", "pedestrian.moving":
                    moving += 1
                    #expect(speed > 0.1 && speed < 18)
                case "vehicle.parked", "vehicle.stopped", "pedestrian.standing", "cycle.without_rider", nil:
                    standing += 1
                    #expect(speed == 0)
                default: #expect(speed < 18)
                }
            }
            #expect(moving > 5 && standing > 5)
        }
    }

    @Test func progressCountsUp() async throws {
        try await inFolder { folder in
            let seen = Counter()
            try await SyntheticDataset.write(to: "\(folder)/set", options: Self.options(scenes: 2, samples: 2)) {
                seen.append($0)
            }
            #expect(seen.values.map(\.samplesDone) == [1, 2, 3, 4])
            #expect(seen.values.allSatisfy { $0.samplesTotal == 4 })
            #expect(Set(seen.values.map(\.scene)) == ["scene-9001", "scene-9002"])
        }
    }

    @Test func lidarPointsCanBeLeftOut() async throws {
        try await inFolder { folder in
            var options = Self.options(scenes: 1, samples: 1)
            options.storesLidarPoints = false
            try await SyntheticDataset.write(to: "\(folder)/set", options: options)
            #expect(try Folders.names(in: "\(folder)/set/samples/LIDAR_TOP") == ["not-stored.pcd.bin"])
            let counts = try table("\(folder)/set", "sample_annotation").compactMap { $0["num_lidar_pts"] as? Int }
            #expect(counts.contains { $0 > 0 })
        }
    }

    @Test func foreignDirectoriesAreRefused() async throws {
        try await inFolder { folder in
            try AtomicFile.write("precious", to: "\(folder)/notes.txt")
            let error = await #expect(throws: SyntheticWorldError.self) {
                try await SyntheticDataset.write(to: folder, options: Self.options(scenes: 1, samples: 1))
            }
            #expect(error == .directoryNotOurs(path: folder, found: "\"notes.txt\""))
            #expect(try Folders.names(in: folder) == ["notes.txt"])
        }
    }

    @Test func foreignFilesInOwnDirectoriesAreKept() async throws {
        try await inFolder { folder in
            let root = "\(folder)/set"
            try await SyntheticDataset.write(to: root, options: Self.options(scenes: 1, samples: 1))
            try AtomicFile.write("precious", to: "\(root)/notes.txt")
            let before = try digests(root)
            await #expect(throws: SyntheticWorldError.directoryNotOurs(path: root, found: "\"notes.txt\"")) {
                try await SyntheticDataset.write(to: root, options: Self.options(scenes: 1, samples: 1))
            }
            #expect(try digests(root) == before)
        }
    }

    /// A cancelled generation leaves no tables, and the directory can be used again.
    @Test func cancelledGenerationsLeaveNoTables() async throws {
        try await inFolder { folder in
            let root = "\(folder)/set"
            let task = Task {
                try await SyntheticDataset.write(to: root, options: Self.options(scenes: 1, samples: 60, threads: 1)) {
                    _ in
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            let error = await #expect(throws: SyntheticWorldError.self) { try await task.value }
            guard case .cancelled(_, let done, 60) = error else {
                Issue.record("wrong error: \(String(describing: error))")
                return
            }
            #expect(done < 60)
            #expect(try !Folders.isPresent("\(root)/v1.0-test-tiny"))
            try await SyntheticDataset.write(to: root, options: Self.options(scenes: 1, samples: 1))
            #expect(try Folders.isPresent("\(root)/v1.0-test-tiny/sample.json"))
        }
    }

    /// A disk that refuses is told as such, with the file; a path below a file stands in for every refusal.
    @Test func refusalsNameTheFile() async throws {
        try await inFolder { folder in
            try AtomicFile.write("x", to: "\(folder)/file")
            let error = await #expect(throws: SyntheticWorldError.self) {
                try await SyntheticDataset.write(to: "\(folder)/file/set", options: Self.options(scenes: 1, samples: 1))
            }
            #expect(error?.description.contains("\(folder)/file") == true)
            #expect(error?.description.contains("Not a directory") == true)
        }
    }
}

/// Collects progress reports; the lock guards the array.
private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: [SyntheticProgress] = []

    func append(_ value: SyntheticProgress) { lock.withLock { stored.append(value) } }
    var values: [SyntheticProgress] { lock.withLock { stored } }
}
