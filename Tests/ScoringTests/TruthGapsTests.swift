import ArrayFiles
import Datasets
import Evaluation
import Foundation
import Scenes
import Storage
import TestSupport
import Testing

@testable import Scoring

/// Every sample that has ground truth is scored; the others are counted, named and told apart.
@Suite("Samples that are not in a score")
struct TruthGapsTests {
    private let folder: TemporaryFolder
    private let frames = RunFixture.frames(1, samples: 6)
    private let reader: SceneFileReader

    init() throws {
        folder = try TemporaryFolder()
        let directory = try RunDirectory(output: folder.path, run: "r")
        try directory.create()
        let header = SceneFileHeader(
            run: "r",
            scene: "scene-1",
            lease: 1,
            dataset: "nuscenes",
            datasetVersion: "v1.0-mini",
            split: "all",
            model: "m",
            modelDigest: "00",
            precision: "fp32",
            software: "test"
        )
        let writer = try SceneFileWriter(in: directory, header: header)
        for sample in frames.samples {
            try writer.append(token: sample.token, occupancy: RunFixture.labels(5), shape: VoxelGrid.shape)
        }
        reader = try SceneFileReader(path: writer.finish().path)
    }

    private var locator: Occ3DLocator { Occ3DLocator(datasetRoot: folder.path + "/data") }

    private func path(_ sample: Int) -> String { locator.path(scene: "scene-1", sample: RunFixture.token(1, sample)) }

    private func writeLabels(_ sample: Int, without: Set<String> = []) throws {
        let parent = (path(sample) as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        var archive = NPZArchive()
        for name in ["semantics", "mask_lidar", "mask_camera"] where !without.contains(name) {
            let values = RunFixture.labels(4)
            archive[name] = NPYArray(name == "semantics" ? values : values.map { _ in 1 }, shape: VoxelGrid.shape)
        }
        try archive.write(to: path(sample))
    }

    @Test("Each sample is handed over with its own counts or with what it lacks, and they add up to the scene's")
    func samples() throws {
        try writeLabels(0)
        try writeLabels(1, without: ["mask_camera"])
        let whole = try Data(contentsOf: URL(fileURLWithPath: path(0)))
        try FileManager.default.createDirectory(
            atPath: (path(2) as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true
        )
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path(2)))
        var handed: [SampleScores] = []
        let scorer = SceneScorer(scene: "scene-1", frames: frames, annotations: nil, labels: locator)
        let scene = try scorer.score(reader) { handed.append($0) }.metrics
        #expect(handed.map(\.token) == frames.samples.map(\.token) && handed.map(\.index) == Array(0..<6))
        var sum = SceneMetrics()
        for sample in handed { try sum.merge(sample.metrics) }
        #expect(sum == scene && scene[OccupancyMetric.self]?.samples == 2)
        var caption = ScoreCaption(dataset: "d", split: "s", model: "m", expectedSamples: nil)
        let scores = handed.map { $0.scores(caption) }
        #expect(scores[0].map(\.key) == ["meanIoU_percent", "rayIoU_percent"])
        #expect(scores[0].allSatisfy { $0.value == 0 } && scores[1][0].value == nil && scores[1][1].value == 0)
        #expect(scores[2].isEmpty && scores[3].isEmpty)
        let remarks = handed.map { $0.remark(caption) ?? "" }
        #expect(
            remarks[0] == "" && remarks[1] == "its label file has no mask_camera" && remarks[3] == "no ground truth"
        )
        #expect(remarks[2].hasPrefix("its ground truth is damaged: "))
        caption.mask = .none
        #expect(handed[1].remark(caption) == nil && handed[1].scores(caption)[0].value == 0)
    }

    private func score(_ frames: SceneFrames?) throws -> SceneMetrics {
        let scorer = SceneScorer(scene: "scene-1", frames: frames, annotations: nil, labels: locator)
        return try scorer.score(reader).metrics
    }

    @Test("One file that is cut and one that is absent cost two samples, not the scene")
    func cutAndAbsent() throws {
        for sample in 0..<5 { try writeLabels(sample) }
        let whole = try Data(contentsOf: URL(fileURLWithPath: path(2)))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path(2)))
        let metrics = try score(frames)
        #expect(metrics[OccupancyMetric.self]?.samples == 4 && metrics[RayMetric.self]?.samples == 4)
        #expect(metrics.gaps.count(.damaged) == 1 && metrics.gaps.count(.absent) == 1 && metrics.gaps.unscored == 2)
        #expect(metrics.gaps.hasDamage)
        #expect(metrics.gaps.examples(.damaged).map(\.sample) == [RunFixture.token(1, 2)])
        #expect(metrics.gaps.examples(.absent).map(\.sample) == [RunFixture.token(1, 5)])
        #expect(metrics.gaps.examples(.absent).first?.why == path(5))
        let text = metrics.gaps.lines.joined(separator: "\n")
        #expect(
            text.contains("the ground truth of 1 sample is damaged: token-1-2 (") && text.contains(path(2)),
            "\(text)"
        )
        #expect(text.contains("1 sample has no ground truth: token-1-5"), "\(text)")
        // What remains is scored as it is alone.
        for sample in [2, 5] { try? FileManager.default.removeItem(atPath: path(sample)) }
        #expect(try score(frames)[OccupancyMetric.self] == metrics[OccupancyMetric.self])
    }

    @Test("A file that cannot be read is neither absent nor damaged")
    func unreadable() throws {
        try writeLabels(0)
        let parent = (path(1) as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        // A link to itself: something is there, and not even root reads it.
        try FileManager.default.createSymbolicLink(atPath: path(1), withDestinationPath: "labels.npz")
        let gaps = try score(frames).gaps
        #expect(gaps.count(.unreadable) == 1 && gaps.count(.damaged) == 0 && gaps.count(.absent) == 4)
        #expect(gaps.lines.joined().contains("cannot be read: token-1-1"))
    }

    @Test("A file without a mask still gives all that does not need it")
    func masks() throws {
        try writeLabels(0)
        try writeLabels(1, without: ["mask_camera"])
        try writeLabels(2, without: ["mask_lidar"])
        try writeLabels(3, without: ["mask_camera", "mask_lidar"])
        try writeLabels(4, without: ["semantics"])
        let metrics = try score(frames)
        let confusions = try #require(metrics[OccupancyMetric.self])
        #expect(VisibilityMask.allCases.map { confusions[$0].samples } == [2, 2, 4])
        #expect(confusions.samples == 4 && metrics[RayMetric.self]?.samples == 4)
        #expect(metrics.gaps.count(.noCameraMask) == 2 && metrics.gaps.count(.noLidarMask) == 2)
        #expect(metrics.gaps.count(.damaged) == 1 && metrics.gaps.count(.absent) == 1)
        #expect(metrics.gaps.lines.contains { $0.contains("no mask_camera") && $0.contains("token-1-1; token-1-3") })
        #expect(try SceneMetrics(decoding: metrics.encoded()) == metrics)
    }

    @Test("Why RayIoU is left out is stored beside the counts")
    func rays() throws {
        for sample in 0..<6 { try writeLabels(sample) }
        var blind = frames
        blind.samples[1].lidar = nil
        let metrics = try score(blind)
        #expect(
            metrics[RayMetric.self] == nil && metrics[OccupancyMetric.self]?.samples == 6
                && metrics.gaps.count(.noRays) == 6
        )
        #expect(metrics.gaps.lines.joined().contains("LIDAR_TOP at 1 of the scene's 6 samples"))
        #expect(!metrics.gaps.hasDamage && metrics.gaps.unscored == 0)
        #expect(try score(nil).gaps.lines.joined().contains("tables are not at hand"))
    }

    @Test("A scene without any ground truth is counted whole and takes little room")
    func none() throws {
        let metrics = try score(frames)
        #expect(metrics.isEmpty && metrics.isWorthStoring && metrics.gaps.count(.absent) == 6)
        #expect(metrics.encoded().count < 100)
        var scores = RunScores()
        scores.add("scene-1", metrics)
        scores.add("scene-2", nil)
        #expect(
            scores.scenes.isEmpty && scores.unscored == ["scene-1", "scene-2"] && scores.unexplained == ["scene-2"]
        )
        #expect(scores.gaps.lines == ["6 samples have no ground truth: scene-1 (6 samples)"])
        #expect(scores.only(["scene-2"]).gaps.isEmpty)
    }

    @Test(
        "A sample without annotations does not take its scene's detection score; annotations that cannot be read are damage"
    )
    func detections() throws {
        let directory = try RunDirectory(output: folder.path, run: "d")
        try directory.create()
        var header = reader.header
        header.run = "d"
        let writer = try SceneFileWriter(in: directory, header: header)
        let boxes = try RunFixture.boxes(1)
        for sample in RunFixture.frames(1).samples {
            let document = try DetectionDocument.encode(boxes[sample.token] ?? [], of: sample.token)
            try writer.append(token: sample.token, detections: document)
        }
        let file = try SceneFileReader(path: writer.finish().path)
        let truth = try DetectionSceneTruth(RunFixture.annotations(1, samples: 2), split: "mini_val")
        func score(_ truth: DetectionSceneTruth?, flaw: String? = nil) throws -> SceneMetrics {
            try SceneScorer(scene: "scene-1", frames: nil, annotations: truth, annotationsFlaw: flaw, labels: locator)
                .score(file).metrics
        }
        let metrics = try score(truth)
        #expect(metrics[DetectionMetric.self]?.sampleCount == 2)
        #expect(metrics.gaps.examples(.absent).map(\.sample) == [RunFixture.token(1, 2)])
        #expect(try score(nil).gaps.count(.absent) == 3)
        let damaged = try score(nil, flaw: "cut off")
        #expect(damaged.gaps.count(.damaged) == 3 && damaged.gaps.lines.joined().contains("cut off"))
    }

    @Test("Gaps add up over scenes, keep the first few names, and survive being stored; damage is refused")
    func coding() throws {
        var scene = TruthGaps()
        for sample in 0..<9 { scene.add(.damaged, sample: "t\(sample)", why: "cut\(sample)") }
        #expect(scene.count(.damaged) == 9 && scene.examples(.damaged).count == TruthGaps.mostExamples)
        let bytes = scene.encoded()
        #expect(TruthGaps(decoding: bytes) == scene)
        for length in 0..<bytes.count { #expect(TruthGaps(decoding: Array(bytes[..<length])) == nil) }
        for text in [
            #"{"damaged":{"count":-1,"examples":[]}}"#, #"{"damaged":{"count":9223372036854775807,"examples":[]}}"#,
            #"{"damaged":{"count":0,"examples":[]}}"#, #"{"damaged":{"count":1}}"#, "[]",
        ] {
            #expect(TruthGaps(decoding: Array(text.utf8)) == nil, "\(text)")
        }
        var sum = TruthGaps()
        sum.add(scene, scene: "a")
        sum.add(scene, scene: "b")
        #expect(sum.count(.damaged) == 18)
        #expect(sum.lines.first?.hasPrefix("the ground truth of 18 samples is damaged: a t0 (cut0); a t1") == true)
        #expect(sum.lines.first?.hasSuffix(" and more") == true)
        // A reason of a later program is kept.
        let later = try #require(TruthGaps(decoding: Array(#"{"odd":{"count":2,"examples":[]}}"#.utf8)))
        #expect(later.encoded() == Array(#"{"odd":{"count":2,"examples":[]}}"#.utf8) && later.lines.isEmpty)
    }
}
