import ArgumentParser
import ArrayFiles
import Datasets
import Evaluation
import Foundation
import ImageFiles
import RunContract
import Scenes
import Scoring
import Storage
import TestSupport
import Testing

@testable import Scheduler

/// Runs of a manifest that become labels in Occ3D's layout.
@Suite("Exported labels")
struct LabelExportTests {
    private let folder: TemporaryFolder
    private let labels: [UInt8]

    /// A manifest of one rig (a pinhole ahead whose right half is masked, a fisheye to the left, perhaps a lidar) with two samples, the
    /// second without the fisheye's picture, and a run of a street with a wall.
    private init() throws {
        folder = try TemporaryFolder()
        var labels = [UInt8](repeating: OccupancyClass.free.rawValue, count: VoxelGrid.count)
        for x in 0..<200 {
            for y in 0..<200 { labels[VoxelGrid.index(x, y, 2)] = OccupancyClass.driveableSurface.rawValue }
            for z in 3..<16 { labels[VoxelGrid.index(x, 130, z)] = OccupancyClass.manmade.rawValue }
        }
        self.labels = labels
        for token in ["a", "b"] {
            var archive = NPZArchive()
            archive["pred"] = NPYArray(labels, shape: VoxelGrid.shape)
            try folder.write("npz/\(token).npz", try archive.encoded(.stored))
        }
    }

    /// Writes the dataset and imports the run.
    private func prepare(hasLidar: Bool) throws {
        let mask = (0..<(64 * 48)).flatMap { pixel -> [UInt8] in
            pixel % 64 < 32 ? [255, 255, 255] : [0, 0, 0]
        }
        try folder.write("data/m.png", try PNGEncoder.encode(RGBImage(width: 64, height: 48, pixels: mask)))
        let ahead =
            #""ahead":{"slot":"CAM_FRONT","size":[64,48],"k":[32,32,31.5,23.5],"distortion":{"model":"none"},"mask":"m.png","egoFromCamera":{"t":[1,0,1.2],"q":[0.5,-0.5,0.5,-0.5]}}"#
        let left =
            #""left":{"size":[64,48],"k":[20,20,31.5,23.5],"distortion":{"model":"kb4","d":[0.01,0,0,0]},"egoFromCamera":{"t":[0,0.9,1],"q":[0.7071068,-0.7071068,0,0]}}"#
        let lidar = hasLidar ? #""lidar":{"egoFromLidar":{"t":[0.5,0,1.5],"q":[1,0,0,0]}},"# : ""
        func sample(_ token: String, _ x: Int, _ images: String) -> String {
            #"{"kind":"sample","token":"\#(token)","t":\#(1_762_000_000_000_000_000 + x * 1_000_000_000),"worldFromEgo":{"t":[\#(x),0,0],"q":[1,0,0,0]},"images":{\#(images)}}"#
        }
        let picture = #"{"path":"p.jpg"}"#
        let text = [
            #"{"kind":"manifest","version":1,"name":"van"}"#,
            #"{"kind":"rig","name":"r","groundZ":-0.3,\#(lidar)"cameras":{\#(ahead),\#(left)}}"#,
            #"{"kind":"scene","name":"depot","rig":"r"}"#,
            sample("a", 0, #""ahead":\#(picture),"left":\#(picture)"#), sample("b", 3, #""ahead":\#(picture)"#),
        ].joined(separator: "\n")
        try folder.write("data/van.occ.jsonl", Array((text + "\n").utf8))
        let dataset = try ManifestDataset.open(root: folder.file("data/van.occ.jsonl"))
        let scenes = try dataset.resolve(split: nil, options: ResolutionOptions(imageCheck: .none)).scenes
        let work = try PredictionImport(
            source: PredictionSource.open(folder.file("npz")),
            scenes: scenes,
            truth: RunTruth(frames: scenes, annotations: nil, labels: dataset.labels),
            description: PredictionImport.Description(
                datasetKind: DatasetKind.manifest.name,
                datasetRoot: folder.file("data/van.occ.jsonl"),
                datasetVersion: "van",
                split: RunSettings.everyScene,
                model: "m",
                source: "npz",
                software: "test"
            )
        )
        _ = try work.write(toOutput: folder.file("out"))
    }

    private func export(_ more: String..., to name: String) async throws -> (String) throws -> [String: [UInt8]] {
        let arguments = ["--output", folder.file("out"), "--format", "labels", "--to", folder.file(name)] + more
        let command = try ExportCommand.parse(arguments)
        try await command.run()
        return { token in
            let archive = try NPZArchive(contentsOf: folder.file("\(name)/gts/depot/\(token)/labels.npz"))
            return try archive.names.reduce(into: [:]) { arrays, name in
                arrays[name] = try archive.elements(of: name, as: UInt8.self, shape: VoxelGrid.shape)
            }
        }
    }

    @Test("What the rig's cameras see of the prediction is marked, lenses, masks and missing pictures considered")
    func masks() async throws {
        try prepare(hasLidar: true)
        let read = try await export(to: "made")
        let (a, b) = (try read("a"), try read("b"))
        #expect(a["semantics"] == labels && Set(a.keys) == ["semantics", "mask_camera", "mask_lidar"])
        let (camera, second) = (try #require(a["mask_camera"]), try #require(b["mask_camera"]))
        func at(_ mask: [UInt8], _ x: Double, _ y: Double, _ z: Double) -> UInt8 {
            mask[VoxelGrid.index(Int((x + 40) / 0.4), Int((y + 40) / 0.4), Int((z + 1) / 0.4))]
        }
        // Ahead to the left, as the right half is masked; the road there; the wall's face; nothing behind it or under the road.
        #expect(at(camera, 20, 5, 1.1) == 1 && at(camera, 20, 5, 0) == 1 && at(camera, 20, -5, 1.1) == 0)
        #expect(at(camera, 20, 12.2, 1.1) == 1 && at(camera, 20, 13.1, 1.1) == 0 && at(camera, 20, 5, -0.5) == 0)
        // To the left only the fisheye sees, and only in the first sample; nobody sees behind on the right.
        #expect(at(camera, 0, 8, 1.1) == 1 && at(second, 0, 8, 1.1) == 0 && at(camera, -20, -10, 1.1) == 0)
        // The lidar sees to all sides, but through nothing.
        let lidar = try #require(a["mask_lidar"])
        #expect(at(lidar, -20, -10, 1.1) == 1 && at(lidar, -20, 13.1, 1.1) == 0 && lidar == b["mask_lidar"])
        #expect(camera.allSatisfy { $0 <= 1 } && lidar.allSatisfy { $0 <= 1 })
    }

    @Test(
        "Exported labels are ground truth that the run agrees with wholly; its masks are then taken, or computed when asked"
    )
    func truth() async throws {
        try prepare(hasLidar: false)
        let read = try await export(to: "data/new")
        let made = try read("a")
        #expect(made["mask_lidar"]?.allSatisfy { $0 == 0 } == true && made["mask_camera"]?.contains(1) == true)
        try FileManager.default.moveItem(atPath: folder.file("data/new/gts"), toPath: folder.file("data/gts"))
        let directory = try #require(try RunStores.all(inOutput: folder.file("out")).first)
        let manifest = try directory.readManifest()
        let labels = DatasetKind.manifest.labels(folder.file("data/van.occ.jsonl"))
        let truth = RunTruth(frames: [], annotations: nil, labels: labels)
        let scores = try RunScores.recomputed(
            manifest,
            directory: directory,
            truth: truth,
            metrics: [OccupancyMetric()]
        )
        let report = try #require(try scores.report(OccupancyMetric(), ScoreCaption(manifest)) as? OccupancyReport)
        #expect(report.meanIoU_percent == 100 && report.sampleCount == 2)
        // Ground truth with other masks.
        var archive = NPZArchive()
        let ones = [UInt8](repeating: 1, count: VoxelGrid.count)
        for (name, values) in [("semantics", self.labels), ("mask_lidar", ones), ("mask_camera", ones)] {
            archive[name] = NPYArray(values, shape: VoxelGrid.shape)
        }
        try folder.write("data/gts/depot/a/labels.npz", try archive.encoded(.stored))
        #expect(try await export(to: "taken")("a")["mask_camera"] == ones)
        #expect(try await export("--computed-masks", to: "computed")("a") == made)
    }

    @Test("A camera's mask that cannot be read, a dataset that is gone, and the option with other forms are errors")
    func refused() async throws {
        try prepare(hasLidar: false)
        func refusal(_ name: String) async -> String {
            do {
                _ = try await export(to: name)
                return ""
            } catch { return "\(error)" }
        }
        try folder.remove("data/m.png")
        #expect(await refusal("x").contains("CAM_FRONT: its mask cannot be read"))
        try folder.remove("data/van.occ.jsonl")
        #expect(await refusal("y").contains("van.occ.jsonl"))
        #expect(throws: (any Error).self) {
            _ = try ExportCommand.parse(["--output", "o", "--to", "t", "--format", "flashocc", "--computed-masks"])
        }
    }
}
