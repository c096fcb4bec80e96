import ArrayFiles
import CommandSupport
import Datasets
import Evaluation
import Foundation
import Scenes
import Storage
import TestSupport
import Testing

@testable import RunContract
@testable import Scheduler
@testable import Scoring

/// Predictions of other programs become runs whose scores do not depend on the way they are computed.
@Suite("Imported predictions")
struct PredictionImportTests {
    private let scenes = (1...3).map { RunFixture.frames($0) }

    private func truth(split: String, locator: Occ3DLocator = Occ3DLocator(datasetRoot: "/none")) throws -> RunTruth {
        let truths = try (1...3).map {
            ("scene-\($0)", try DetectionSceneTruth(RunFixture.annotations($0), split: split))
        }
        return RunTruth(frames: scenes, annotations: Dictionary(uniqueKeysWithValues: truths), labels: locator)
    }

    private func detectionReport(_ scores: RunScores, _ caption: ScoreCaption) throws -> DetectionReport? {
        (try scores.report(DetectionMetric(), caption) as? DetectionScore)?.report
    }

    private func description(_ split: String) -> PredictionImport.Description {
        PredictionImport.Description(
            datasetRoot: "/data",
            datasetVersion: "v1.0-mini",
            split: split,
            model: "a model",
            source: "/results_nusc.json",
            software: "test"
        )
    }

    @Test(
        "Boxes: stored and recomputed scores are those of one pass over all samples",
        arguments: ["mini_val", "mine"]
    )
    func boxes(split: String) throws {
        let folder = try TemporaryFolder()
        var boxes: [String: [DetectionBox]] = [:]
        for scene in 1...3 { boxes.merge(try RunFixture.boxes(scene)) { first, _ in first } }
        let truth = try truth(split: split)
        let source = PredictionSource.boxes(boxes, inputs: DetectionInputs(lidar: true))
        let work = try PredictionImport(source: source, scenes: scenes, truth: truth, description: description(split))
        let manifest = try work.write(toOutput: folder.path)
        #expect(work.incomplete.isEmpty && manifest.scenes.allSatisfy { $0.state == .done })
        #expect(manifest.settings[PredictionImport.inputsKey] == "camera,lidar")
        let directory = try RunDirectory(output: folder.path, run: work.run)
        #expect(try directory.readManifest() == manifest)
        let caption = ScoreCaption(manifest)
        let stored = try detectionReport(RunScores.stored(in: manifest), caption)
        let again = try detectionReport(RunScores.recomputed(manifest, directory: directory, truth: truth), caption)
        #expect(stored == again)

        // One pass, samples in the order that the devkit would take.
        var samples = try (1...3).flatMap { scene in
            try DetectionSceneTruth(RunFixture.annotations(scene), split: split).samples
        }
        if split == "mine" { samples.sort { $0.order < $1.order } }
        var whole = DetectionMatches()
        for (index, sample) in samples.enumerated() {
            try whole.accumulate(
                predictions: boxes[sample.truth.sampleToken] ?? [],
                truth: sample.truth,
                order: UInt64(index)
            )
        }
        let wanted = try DetectionReport(
            dataset: "v1.0-mini",
            split: split,
            model: "a model",
            matches: whole,
            sceneCount: 3,
            expectedSamples: 9
        )
        #expect(stored == wanted)
        #expect((stored?.meanAveragePrecision ?? 0) > 0)
        // The same import again writes nothing.
        #expect(try work.write(toOutput: folder.path) == manifest)
        #expect(try directory.sceneFiles().count == 3)
    }

    @Test("The two orders of samples differ in what they make of equal scores")
    func orders() throws {
        let reports = try ["mini_val", "mine"].map { split in
            let folder = try TemporaryFolder()
            var boxes: [String: [DetectionBox]] = [:]
            for scene in 1...3 { boxes.merge(try RunFixture.boxes(scene)) { first, _ in first } }
            let work = try PredictionImport(
                source: .boxes(boxes, inputs: DetectionInputs()),
                scenes: scenes,
                truth: truth(split: split),
                description: description(split)
            )
            let manifest = try work.write(toOutput: folder.path)
            return try #require(try detectionReport(RunScores.stored(in: manifest), ScoreCaption(manifest)))
        }
        #expect(reports[0].curves != reports[1].curves)
    }

    @Test("A scene that lacks a sample is listed, and stands in the run as failed")
    func incomplete() throws {
        let folder = try TemporaryFolder()
        var boxes = try RunFixture.boxes(1).merging(RunFixture.boxes(2)) { first, _ in first }
        boxes[RunFixture.token(2, 1)] = nil
        boxes["stray"] = []
        let work = try PredictionImport(
            source: .boxes(boxes, inputs: DetectionInputs()),
            scenes: Array(scenes.prefix(2)),
            truth: truth(split: "mine"),
            description: description("mine")
        )
        #expect(work.incomplete.map(\.scene) == ["scene-2"] && work.incomplete.map(\.token) == [RunFixture.token(2, 1)])
        #expect(work.superfluousSamples == 1)
        let manifest = try work.write(toOutput: folder.path)
        #expect(manifest.scenes.map(\.state) == [.done, .failed])
        #expect(manifest.scenes[1].failure?.contains(RunFixture.token(2, 1)) == true)
        let report = try detectionReport(RunScores.stored(in: manifest), ScoreCaption(manifest))
        #expect(report?.sampleCount == 3 && report?.expectedSampleCount == 6)
        let none = PredictionSource.boxes(["other": []], inputs: DetectionInputs())
        #expect(throws: CommandFailure.self) {
            try PredictionImport(
                source: none,
                scenes: scenes,
                truth: truth(split: "mine"),
                description: description("mine")
            )
        }
    }

    @Test("Labels in every form that export writes are found; mIoU and RayIoU are counted where labels are")
    func labels() throws {
        let folder = try TemporaryFolder()
        let scene = RunFixture.frames(1)
        let forms = [
            ("token-1-0.npz", "pred"), ("scene-1/token-1-1/pred.npz", "arr_0"),
            ("gts/scene-1/token-1-2/labels.npz", "semantics"),
        ]
        func write(_ labels: [UInt8], to path: String, as names: [String]) throws {
            let folder = (path as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            var archive = NPZArchive()
            for name in names {
                let isMask = name.hasPrefix("mask")
                archive[name] = NPYArray(isMask ? labels.map { _ in 1 } : labels, shape: VoxelGrid.shape)
            }
            try archive.write(to: path)
        }
        for (path, name) in forms { try write(RunFixture.labels(5), to: "\(folder.path)/npz/\(path)", as: [name]) }
        for sample in scene.samples {
            try write(
                RunFixture.labels(4),
                to: "\(folder.path)/data/gts/scene-1/\(sample.token)/labels.npz",
                as: ["semantics", "mask_lidar", "mask_camera"]
            )
        }
        let locator = Occ3DLocator(datasetRoot: folder.path + "/data")
        let truth = RunTruth(frames: [scene], annotations: nil, labels: locator)
        let source = try PredictionSource.open(folder.path + "/npz")
        let work = try PredictionImport(source: source, scenes: [scene], truth: truth, description: description("all"))
        let manifest = try work.write(toOutput: folder.path)
        let directory = try RunDirectory(output: folder.path, run: work.run)
        let stored = try RunScores.stored(in: manifest)
        let again = try RunScores.recomputed(manifest, directory: directory, truth: truth)
        #expect(stored.scenes.map(\.metrics) == again.scenes.map(\.metrics))
        #expect(
            stored.counts(OccupancyMetric.self).first?.counts.samples == 3
                && stored.counts(RayMetric.self).first?.counts.samples == 3
        )
        #expect((stored.counts(RayMetric.self).first?.counts.rays ?? 0) > 0)
        // Nothing is taken from what was stored: without the tables there are no rays, without labels nothing.
        let noTables = RunTruth(frames: [], annotations: nil, labels: locator)
        let byLabels = try RunScores.recomputed(manifest, directory: directory, truth: noTables)
        #expect(
            byLabels.counts(OccupancyMetric.self).map(\.counts) == stored.counts(OccupancyMetric.self).map(\.counts)
                && byLabels.counts(RayMetric.self).isEmpty
        )
        #expect(byLabels.gaps.count(.noRays) == 3)
        let nothing = RunTruth(frames: [], annotations: nil, labels: Occ3DLocator(datasetRoot: "/none"))
        let byManifest = try RunScores.recomputed(manifest, directory: directory, truth: nothing)
        #expect(byManifest.scenes.isEmpty && byManifest.gaps.count(.absent) == 3)
        #expect(
            try RunScores.recomputed(manifest, directory: directory, truth: truth, metrics: [OccupancyMetric()])
                .counts(RayMetric.self).isEmpty
        )
        // Frames that name a sample twice, or that lack the lidar, are no reason to die.
        var doubled = scene
        doubled.samples.append(scene.samples[0])
        var blind = scene
        blind.samples[1].lidar = nil
        for frames in [doubled, blind] {
            let scorer = SceneScorer(scene: scene.name, frames: frames, annotations: nil, labels: locator)
            let reader = try directory.open(manifest.scenes[0])
            let outcome = try scorer.score(reader)
            #expect(outcome.metrics[OccupancyMetric.self] == stored.scenes[0].metrics[OccupancyMetric.self])
            #expect((outcome.metrics[RayMetric.self] == nil) == !outcome.notes.isEmpty)
        }
    }

    @Test("An import that is refused in the middle leaves no folder, and nothing of its own in one that was there")
    func refused() throws {
        let folder = try TemporaryFolder()
        let scenes = [RunFixture.frames(1), RunFixture.frames(2)]
        for (scene, value) in [(1, UInt8(5)), (2, 5)] {
            for sample in 0..<3 {
                var archive = NPZArchive()
                // The last one is no label.
                let labels = [UInt8](repeating: scene == 2 && sample == 2 ? 99 : value, count: VoxelGrid.count)
                archive["pred"] = NPYArray(labels, shape: VoxelGrid.shape)
                let path = "\(folder.path)/npz/\(RunFixture.token(scene, sample)).npz"
                try FileManager.default.createDirectory(atPath: folder.path + "/npz", withIntermediateDirectories: true)
                try archive.write(to: path)
            }
        }
        var description = description("all")
        description.run = "refused"
        let work = try PredictionImport(
            source: .open(folder.path + "/npz"),
            scenes: scenes,
            truth: RunTruth(frames: scenes, annotations: nil, labels: Occ3DLocator(datasetRoot: "/none")),
            description: description
        )
        #expect(throws: CommandFailure.self) { try work.write(toOutput: folder.path) }
        let directory = try RunDirectory(output: folder.path, run: "refused")
        #expect(!FileManager.default.fileExists(atPath: directory.path))
        // A folder that belongs to a queue's run is not written to.
        _ = try directory.giveIdentity(
            FolderIdentity(
                queue: "q",
                queuePlace: "host=db",
                run: "r",
                name: "refused",
                kind: "k",
                runFormatVersion: 2,
                settings: "{}",
                priority: 0,
                maximumAttempts: 3,
                skipsMissing: false,
                predicts: .occupancy,
                software: "test"
            )
        )
        #expect {
            try work.write(toOutput: folder.path)
        } throws: {
            "\($0)".contains("host=db")
        }
        #expect(try !directory.hasResults())
    }

    @Test("A run of this name with other predictions is not touched")
    func otherRun() throws {
        let folder = try TemporaryFolder()
        var description = description("mine")
        description.run = "same"
        let first = try PredictionImport(
            source: .boxes(RunFixture.boxes(1), inputs: DetectionInputs()),
            scenes: [scenes[0]],
            truth: truth(split: "mine"),
            description: description
        )
        _ = try first.write(toOutput: folder.path)
        let other = try PredictionImport(
            source: .boxes(
                [RunFixture.token(1, 0): [], RunFixture.token(1, 1): [], RunFixture.token(1, 2): []],
                inputs: DetectionInputs()
            ),
            scenes: [scenes[0]],
            truth: truth(split: "mine"),
            description: description
        )
        #expect(throws: CommandFailure.self) { try other.write(toOutput: folder.path) }
    }
}
