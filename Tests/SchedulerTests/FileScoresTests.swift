import ArrayFiles
import Datasets
import Evaluation
import Foundation
import RunContract
import Scenes
import Scoring
import Storage
import Testing

@testable import Scheduler

/// Scores from a run's folder come from one source: all stored, or all counted anew.
@Suite("Scores of files")
struct FileScoresTests {
    private let root = NSTemporaryDirectory() + "occ-file-scores-\(UUID().uuidString)"

    private static let tokens = ["scene-1": ["a", "b"], "scene-2": ["c", "d"]]

    private func labels(_ value: UInt8) -> [UInt8] {
        var labels = [UInt8](repeating: 17, count: VoxelGrid.count)
        for index in stride(from: 0, to: labels.count, by: 160) { labels[index] = value }
        return labels
    }

    private func write(_ values: [UInt8], to path: String, as names: [String]) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true
        )
        var archive = NPZArchive()
        for name in names {
            archive[name] = NPYArray(
                name.hasPrefix("mask") ? values.map { _ in 1 } : values,
                shape: VoxelGrid.shape
            )
        }
        try archive.write(to: path)
    }

    private func writeTruth(_ folder: String, _ scene: String, _ token: String, _ value: UInt8) throws {
        try write(
            labels(value),
            to: "\(root)/\(folder)/gts/\(scene)/\(token)/labels.npz",
            as: ["semantics", "mask_lidar", "mask_camera"]
        )
    }

    /// A run of two scenes that was scored against `data`.
    private func makeRun() throws -> (RunManifest, RunDirectory) {
        let scenes = Self.tokens.sorted { $0.key < $1.key }.map { name, tokens in
            SceneFrames(
                name: name,
                token: name,
                samples: tokens.map { SampleFrames(token: $0, timestamp_us: 0, cameras: []) }
            )
        }
        for scene in scenes {
            for sample in scene.samples {
                try write(labels(4), to: "\(root)/npz/\(sample.token).npz", as: ["pred"])
                try writeTruth("data", scene.name, sample.token, 4)
            }
        }
        let work = try PredictionImport(
            source: .open(root + "/npz"),
            scenes: scenes,
            truth: RunTruth(frames: [], annotations: nil, labels: Occ3DLocator(datasetRoot: root + "/data")),
            description: .init(
                datasetRoot: root + "/data",
                datasetVersion: "v1.0-mini",
                split: "all",
                model: "m",
                source: root + "/npz",
                software: "test"
            )
        )
        return (try work.write(toOutput: root + "/out"), try RunDirectory(output: root + "/out", run: work.run))
    }

    private func score(_ run: (RunManifest, RunDirectory), datasetRoot: String? = nil) throws -> RunScores {
        try FileScores(
            manifest: run.0,
            directory: run.1,
            datasetRoot: datasetRoot.map { root + "/" + $0 },
            metrics: [OccupancyMetric()]
        ).score()
    }

    @Test("Half the labels elsewhere: half the samples are scored, with the new labels, and the others are named")
    func oneSource() throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        let run = try makeRun()
        let whole = try score(run)
        #expect(whole.scenes.count == 2 && whole.gaps.isEmpty)
        #expect(try RunScores.stored(in: run.0).scenes.count == 2)
        // Other labels, of one scene only.
        for token in ["a", "b"] { try writeTruth("other", "scene-1", token, 5) }
        let half = try score(run, datasetRoot: "other")
        #expect(half.scenes.map(\.name) == ["scene-1"] && half.unscored == ["scene-2"])
        #expect(half.gaps.count(.absent) == 2 && half.gaps.lines.joined().contains("scene-2"))
        #expect(half.counts(OccupancyMetric.self).first?.counts[.camera].meanIoU == 0)
        let summary = try ScoreSummary(half, ScoreCaption(run.0))
        #expect(summary.isPartial && summary.partText.contains("2 of 4 samples"))
        #expect(summary.partText.contains("2 have no ground truth") && !summary.partText.contains("not done"))
    }

    @Test("Stored scores stand in for all scenes, and only where nobody named a dataset")
    func storedForAll() throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        let run = try makeRun()
        let whole = try score(run)
        try FileManager.default.removeItem(atPath: root + "/data/gts/scene-1")
        try FileManager.default.removeItem(atPath: root + "/data/gts/scene-2")
        #expect(try score(run).scenes.map(\.metrics) == whole.scenes.map(\.metrics))
        try FileManager.default.createDirectory(atPath: root + "/none/gts", withIntermediateDirectories: true)
        #expect(try score(run, datasetRoot: "none").scenes.isEmpty)
        #expect(throws: (any Error).self) { try score(run, datasetRoot: "nowhere") }
        try FileManager.default.removeItem(atPath: root + "/data/gts")
        #expect(try score(run).scenes.map(\.metrics) == whole.scenes.map(\.metrics))
    }

    @Test("A damaged file is counted in text and JSON, and never covered up by what was stored")
    func damage() throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        let run = try makeRun()
        for (scene, tokens) in Self.tokens {
            try Data("PK".utf8).write(to: URL(fileURLWithPath: "\(root)/data/gts/\(scene)/\(tokens[1])/labels.npz"))
        }
        let scores = try score(run)
        #expect(scores.scenes.count == 2 && scores.gaps.count(.damaged) == 2 && scores.gaps.hasDamage)
        let summary = try ScoreSummary(scores, ScoreCaption(run.0))
        #expect(summary.sampleCount == 2 && summary.isPartial)
        #expect(summary.partText.contains("2 have damaged ground truth"))
        let json = try summary.json()
        #expect(json.contains("\"truthGaps\"") && json.contains("\"damaged\"") && json.contains("scene-2 d"))
        #expect(json.contains("\"isPartial\" : true"))
        for (scene, tokens) in Self.tokens {
            try Data("PK".utf8).write(to: URL(fileURLWithPath: "\(root)/data/gts/\(scene)/\(tokens[0])/labels.npz"))
        }
        let nothing = try score(run)
        #expect(nothing.scenes.isEmpty && nothing.gaps.count(.damaged) == 4)
    }

    @Test("The name of a picture says its format, and names that say none are refused")
    func pictureFormats() {
        #expect(PictureFormat(path: "/a.b/x.png") == .png && PictureFormat(path: "x.JPG") == .jpeg)
        #expect(PictureFormat(path: "x.y.jpeg") == .jpeg && PictureFormat(path: "x.webp") == .webp)
        for path in ["x", "x.gif", "/a.png/x", "png", ".png/", "x.png.tmp", ""] where path != ".png/" {
            #expect(PictureFormat(path: path) == nil, "\(path)")
        }
    }
}
