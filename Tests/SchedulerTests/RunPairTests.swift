import ArgumentParser
import ArrayFiles
import Datasets
import Evaluation
import Foundation
import Reporting
import Scenes
import Scoring
import Storage
import TestSupport
import Testing

@testable import Scheduler

/// Two runs in folders as `compare` reads them: which of them has no ground truth, whether they predict the same, and which is better.
@Suite("Pairs of runs") struct RunPairTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func plan(_ arguments: String...) throws -> ComparisonPlan {
        try CompareRunsCommand.parse(["/a", "/b", "--without-ray-iou"] + arguments).plan
    }

    private func open(_ name: String, _ plan: ComparisonPlan) throws -> ComparedFolder {
        try ComparedFolder(
            output: folder.file(name),
            folder: "run A",
            run: nil,
            option: "--run-a",
            datasetRoot: nil,
            metrics: plan.metrics
        )
    }

    /// A run of one sample of voxel labels.
    @discardableResult
    private func writeVoxels(
        _ name: String,
        _ labels: [UInt8],
        shape: [Int] = VoxelGrid.shape,
        level: Int = SceneFileWriter.defaultLevel
    ) throws -> SampleEntry {
        let directory = try RunDirectory(output: folder.file(name), run: "run-\(name)")
        let header = SceneFileHeader(
            run: directory.run,
            scene: "scene-1",
            lease: 1,
            dataset: "nuscenes",
            datasetVersion: "v1.0-mini",
            split: "mini_val",
            model: "m",
            modelDigest: "0",
            precision: "fp32",
            software: "test"
        )
        let writer = try SceneFileWriter(in: directory, header: header, level: level)
        try writer.append(token: "token", occupancy: labels, shape: shape)
        let file = try writer.finish()
        try directory.writeManifest(
            RunManifest(
                run: directory.run,
                dataset: header.dataset,
                datasetFolder: folder.file("data-\(name)"),
                datasetVersion: header.datasetVersion,
                split: header.split,
                model: header.model,
                modelDigest: header.modelDigest,
                precision: header.precision,
                software: header.software,
                writtenAt: "now",
                scenes: [
                    .init(
                        name: header.scene,
                        sampleTokens: file.sampleTokens,
                        lease: 1,
                        fileName: file.fileName,
                        byteCount: file.byteCount,
                        sha256: file.sha256
                    )
                ]
            )
        )
        return writer.entries[0]
    }

    @Test("One other voxel is another prediction; other frames of the same content are the same one")
    func sameness() throws {
        let shape = [40, 40, 8]
        var random = SeededGenerator(seed: 1)
        let words = (0..<64).map { _ in (0..<20).map { _ in UInt8.random(in: 0...17, using: &random) } }
        let labels = (0..<640).flatMap { _ in words.randomElement(using: &random) ?? [] }
        let first = try writeVoxels("a", labels, shape: shape)
        let again = try writeVoxels("again", labels, shape: shape)
        let other = try writeVoxels("recompressed", labels, shape: shape, level: 12)
        #expect(first.frameCRC32 == again.frameCRC32 && first.frameBytes == again.frameBytes)
        #expect(first.frameCRC32 != other.frameCRC32 && first.contentBytes == other.contentBytes)
        var changed = labels
        changed[7777] = changed[7777] == 4 ? 5 : 4
        try writeVoxels("changed", changed, shape: shape)
        let plan = try plan()
        let a = try open("a", plan)
        #expect(try a.predictsSame(as: open("again", plan)) && a.predictsSame(as: open("recompressed", plan)))
        #expect(try !a.predictsSame(as: open("changed", plan)) && !open("changed", plan).predictsSame(as: a))
    }

    @Test("The run without ground truth is named, and where both have some nothing is said")
    func withoutTruth() throws {
        var truth = NPZArchive()
        for (name, values) in [
            ("semantics", RunFixture.labels(4)), ("mask_camera", [UInt8](repeating: 1, count: VoxelGrid.count)),
        ] { truth[name] = NPYArray(values, shape: VoxelGrid.shape) }
        for name in ["a", "c"] {
            try folder.write("data-\(name)/gts/scene-1/token/labels.npz", [])
            try truth.write(to: folder.file("data-\(name)/gts/scene-1/token/labels.npz"))
        }
        for name in ["a", "b", "c"] { try writeVoxels(name, RunFixture.labels(4)) }
        let plan = try plan()
        func note(_ a: String, _ b: String, _ plan: ComparisonPlan) throws -> String? {
            try RunPair(open(a, plan), open(b, plan), plan).note
        }
        #expect(try note("a", "b", plan)?.hasPrefix("no ground truth of run B ('run-b' in '\(folder.path)/b')") == true)
        #expect(try note("b", "a", plan)?.hasPrefix("no ground truth of run A ('run-b' in '\(folder.path)/b')") == true)
        #expect(try note("a", "c", plan) == nil && note("a", "b", self.plan("--stored")) == nil)
    }

    /// A run of six scenes whose boxes lie so far from the annotated ones, in directions of their own.
    private func writeBoxes(_ name: String, noise_m: Double) throws {
        var random = SeededGenerator(seed: 7)
        var boxes: [String: [DetectionBox]] = [:]
        for sample in (1...6).flatMap({ RunFixture.annotations($0).samples }) {
            boxes[sample.token] = try sample.boxes.map { box in
                let angle = Double.random(in: 0...6, using: &random)
                return try DetectionBox(
                    sampleToken: sample.token,
                    translation: box.translation + noise_m * SIMD3(angle < 3 ? 1 : -1, angle / 6, 0),
                    size: box.size,
                    rotation: box.rotation,
                    velocity: SIMD2(2, 0),
                    name: .car,
                    score: Double.random(in: 0.3...0.9, using: &random),
                    attribute: .vehicleMoving
                )
            }
        }
        let frames = (1...6).map { RunFixture.frames($0) }
        let truths = try (1...6).map {
            ("scene-\($0)", try DetectionSceneTruth(RunFixture.annotations($0), split: "mini_val"))
        }
        let work = try PredictionImport(
            source: .boxes(boxes, inputs: DetectionInputs()),
            scenes: frames,
            truth: RunTruth(
                frames: frames,
                annotations: Dictionary(uniqueKeysWithValues: truths),
                labels: Occ3DLocator(datasetRoot: "/none")
            ),
            description: .init(
                datasetRoot: folder.file("none"),
                datasetVersion: "v1.0-mini",
                split: "mini_val",
                model: "m",
                source: "/results_nusc.json",
                software: "test"
            )
        )
        _ = try work.write(toOutput: folder.file(name))
    }

    @Test("A run with noise in its boxes is worse than the one without, and the one without better")
    func noise() throws {
        try writeBoxes("plain", noise_m: 0.1)
        try writeBoxes("noisy", noise_m: 1.2)
        let plan = try plan()
        func report(_ a: String, _ b: String) throws -> ComparisonReport {
            try RunPair(open(a, plan), open(b, plan), plan).report(plan)
        }
        let lost = try report("plain", "noisy")
        #expect(lost.headline.score.title == "NDS" && lost.comparison.scenes.count == 6)
        #expect(lost.headline.verdict == .worse && (lost.headline.difference ?? 0) < -0.01, "\(lost.verdict)")
        #expect(lost.verdict.hasPrefix("B is worse by 0.0") && lost.failure(limit: -0.5) != nil)
        // A point is 0.01 of NDS.
        let points = 100 * (lost.headline.difference ?? 0)
        #expect(lost.failure(limit: points + 0.1) != nil && lost.failure(limit: points - 0.1) == nil)
        let gained = try report("noisy", "plain")
        #expect(gained.headline.verdict == .better && gained.failure(limit: 0) == nil)
        #expect(gained.headline.difference == lost.headline.difference.map { -$0 })
        let same = try report("noisy", "noisy")
        #expect(same.isSame && same.verdict.hasPrefix("no difference: A and B are identical, byte for byte, in all 18"))
    }

    @Test("A report has mAP and APs from 0 to 1 in four digits, in tiles and in tables")
    func reportOfBoxes() throws {
        try writeBoxes("plain", noise_m: 0.1)
        let manifest = try open("plain", plan()).manifest
        let content = try ReportContent(
            manifest,
            RunScores.stored(in: manifest),
            samples: SampleList(manifest, scenes: []),
            place: "/out"
        )
        let meanAP = try #require(content.headline.first { $0.title == "mAP" }?.value)
        let car = try #require(content.classes.first { $0.name == "car" }?.value)
        #expect(car > meanAP && car < 1.000_001)
        let overview = OverviewPage(
            site: ReportSite(scenes: []),
            content: content,
            other: content,
            worst: [],
            remarks: [],
            stills: [:]
        )
        let page = String(decoding: overview.page.file, as: UTF8.self)
        for value in [meanAP, car] { #expect(page.contains(">" + String(format: "%.4f", value))) }
        #expect(page.contains("Classes (AP)") && !page.contains("A, %"))
    }
}
