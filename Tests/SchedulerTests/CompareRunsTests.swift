import ArgumentParser
import CommandSupport
import Evaluation
import Foundation
import Reporting
import Scenes
import Scoring
import Storage
import SystemSupport
import TestSupport
import Testing

@testable import Scheduler

/// What `compare` was asked for, what it says, and when it fails.
@Suite("Comparison of runs, as commands and pages") struct CompareRunsTests {
    private func plan(_ arguments: String...) throws -> ComparisonPlan {
        try CompareRunsCommand.parse(arguments).plan
    }

    private func manifest(_ run: String, split: String = "val") -> RunManifest {
        RunManifest(
            run: run,
            dataset: "nuscenes",
            datasetFolder: "/d",
            datasetVersion: "v1.0-mini",
            split: split,
            model: "model-\(run)",
            modelDigest: "0",
            precision: "fp32",
            software: "s",
            writtenAt: "now",
            scenes: []
        )
    }

    /// A run of scenes in which so many of 100 voxels of cars are found.
    private func scores(_ cars: [(String, Int)]) throws -> RunScores {
        var scores = RunScores()
        for (name, right) in cars {
            var truth = [UInt8](repeating: 4, count: 100)
            truth.append(17)
            let prediction = truth.indices.map { UInt8($0 < right ? 4 : 17) }
            let ones = [UInt8](repeating: 1, count: truth.count)
            var counts = MaskedConfusions()
            let labels = VoxelLabels(semantics: truth, maskLidar: ones, maskCamera: ones)
            try counts.accumulate(prediction: prediction, truth: labels, sample: name)
            var metrics = SceneMetrics()
            metrics[OccupancyMetric.self] = counts
            scores.add(name, metrics)
        }
        return scores
    }

    private func report(
        _ a: [(String, Int)],
        _ b: [(String, Int)],
        isIdentical: Bool? = false,
        samples: SampleChanges? = nil
    ) throws -> ComparisonReport {
        let caption = ScoreCaption(dataset: "v1.0-mini", split: "val", model: "m", expectedSamples: nil)
        let comparison = try RunComparison(scores(a), scores(b), caption)
        return ComparisonReport(
            a: ComparedRun(manifest("a"), output: "/out-a", kind: .occupancy),
            b: ComparedRun(manifest("b"), output: "/out-b", kind: .occupancy),
            mask: .camera,
            comparison: comparison,
            headline: try #require(comparison.headline),
            samples: samples,
            isIdentical: isIdentical
        )
    }

    private let eight = (0..<8).map { ("scene-\($0)", 40 + 5 * $0) }

    private func changed(by points: Int) -> [(String, Int)] { eight.map { ($0.0, $0.1 + points) } }

    @Test("Folders and names of runs, or names in a database; what does not go together is refused")
    func places() throws {
        let folders = try plan("/a", "/b", "--run-b", "x")
        #expect(folders.a == .folder(output: "/a", run: nil) && folders.b == .folder(output: "/b", run: "x"))
        #expect(folders.limit == nil && folders.seed == RunComparison.usualSeed && folders.metrics.count == 3)
        let queue = try plan("x", "y", "--database", "postgresql://h/d")
        #expect(queue.a == .database(run: "x") && queue.b == .database(run: "y"))
        let limited = try plan("/a", "/b", "--fail-below=-0.5", "--json", "--seed", "9", "--without-ray-iou")
        #expect(limited.limit == -0.5 && limited.form == .json && limited.seed == 9 && limited.metrics.count == 2)
        for wrong in [
            ["/a"], ["/a", "/b", "--fail-below", "x"], ["/a", "/b", "--fail-below=-101"], ["/a", "/b", "--most=-1"],
            ["x", "y", "--database", "d", "--run-a", "z"], ["x", "y", "--database", "d", "--dataset-root", "/d"],
        ] {
            #expect(throws: (any Error).self, "\(wrong)") { try CompareRunsCommand.parse(wrong) }
        }
    }

    @Test("Runs of another dataset, split or kind are refused with all that differs; unknown kinds are not")
    func comparable() throws {
        let a = ComparedRun(manifest("a"), output: "/a", kind: .occupancy)
        try ComparedRun.check(a, ComparedRun(manifest("b"), output: "/b", kind: .occupancy))
        try ComparedRun.check(a, ComparedRun(manifest("b"), output: "/b", kind: nil))
        let other = ComparedRun(manifest("b", split: "test"), output: "/b", kind: .detections)
        let failure = try #require(throws: CommandFailure.self) { try ComparedRun.check(a, other) }
        #expect(failure.status == .configuration)
        #expect(failure.description.contains("split val and test, predictions voxel labels and boxes"))
    }

    @Test("A loss is said in points with its interval, a gain likewise, and equal runs are no difference")
    func verdicts() throws {
        let worse = try report(eight, changed(by: -3)).verdict
        #expect(worse.hasPrefix("B is worse by 3.00 points of mIoU: -3.00 [-3.00, -3.00]"), "\(worse)")
        #expect(try report(eight, changed(by: 2)).verdict.hasPrefix("B is better by 2.00 points of mIoU: +2.00 ["))
        #expect(try report(eight, eight).verdict.hasPrefix("no difference: mIoU is 57.50 in both"))
        let same = try report(eight, eight, isIdentical: true).verdict
        #expect(same == "no difference: A and B are identical, byte for byte, in all 8 samples")
        let few = try report(Array(eight.prefix(4)), changed(by: -3).prefix(4).map { $0 }).verdict
        #expect(few == "no verdict: mIoU -3.00, and 4 scenes are too few for an interval (at least 5)")
        let mixed = eight.enumerated().map { ($1.0, $1.1 + ($0 % 2 == 0 ? 5 : -5)) }
        #expect(try report(eight, mixed).verdict.hasPrefix("no difference in mIoU that 8 scenes can show: 0.00 ["))
    }

    @Test("NDS and mAP are 0 to 1 in four digits, mIoU is percent in two, and a point is a hundredth of either")
    func units() {
        let (nds, miou) = (
            ComparedScore(key: "nds", title: "NDS", unit: .fraction), ComparedScore(key: "m", title: "m")
        )
        #expect(ComparisonReport.number(0.204, nds) == "0.2040" && ComparisonReport.number(20.4, miou) == "20.40")
        #expect(
            ComparisonReport.signed(-0.00612, nds) == "-0.0061" && ComparisonReport.signed(0.00001, nds) == "0.0000"
        )
        #expect(nds.unit.point == 0.01 && miou.unit.point == 1 && nds.unit.isGain && !ComparedScore.Unit.error.isGain)
        for row in Metrics.known.flatMap({ $0.comparedUnits }) {
            #expect(row.key.contains("percent") == (row.unit == .percent))
        }
    }

    @Test("Equal predictions are no difference in few scenes too, in the sentence, the table and the JSON")
    func sameInFewScenes() throws {
        let three = Array(eight.prefix(3))
        func verdicts(isIdentical: Bool) throws -> [String] {
            let report = try report(three, three, isIdentical: isIdentical)
            let json = try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any]
            let headline = json?["headline"] as? [String: Any]
            let scores = (json?["metrics"] as? [[String: Any]])?.first?["scores"] as? [[String: Any]]
            #expect(json?["identical"] as? Bool == isIdentical)
            #expect(report.text(withScenes: false, most: 5).contains("few scenes") != isIdentical)
            return [json?["verdict"], headline?["verdict"], scores?.first?["verdict"]].map { $0 as? String ?? "none" }
        }
        #expect(try verdicts(isIdentical: true) == Array(repeating: "noDifference", count: 3))
        #expect(try verdicts(isIdentical: false) == Array(repeating: "tooFewScenes", count: 3))
        let same = try report(three, three, isIdentical: true)
        #expect(same.verdict == "no difference: A and B are identical, byte for byte, in all 3 samples")
        // Equal predictions that were scored against other labels have other scores, and that is said.
        #expect(try report(eight, changed(by: -3), isIdentical: true).verdict.hasPrefix("B is worse by 3.00 points"))
    }

    @Test("A page that would take another file's place is refused before any run is looked for")
    func takenPage() async throws {
        let folder = try TemporaryFolder()
        try folder.write("page.html", [1])
        func failure(_ arguments: String...) async throws -> any Error {
            let command = try CompareRunsCommand.parse([folder.file("a"), folder.file("b")] + arguments)
            return try await #require(throws: (any Error).self) { try await command.run() }
        }
        let taken = try await failure("--html", folder.file("page.html"))
        #expect((taken as? FileError)?.code == EEXIST && "\(taken)".contains("--force"))
        #expect(try await failure("--html", folder.file("page.html"), "--force") is CommandFailure)
        #expect(try await failure("--html", folder.file("new.html")) is CommandFailure)
        #expect((try await failure("--html", folder.file("none/new.html")) as? FileError)?.code == ENOENT)
    }

    @Test("The gate lets a small loss pass, and fails for a larger one and for scenes that B lacks")
    func gate() throws {
        #expect(try report(eight, changed(by: -3)).failure(limit: -3.5) == nil)
        let lost = try report(eight, changed(by: -3)).failure(limit: -0.5)
        #expect(lost == "mIoU changed by -3.00 points, less than --fail-below -0.5 allows")
        #expect(try report(eight, eight).failure(limit: 0) == nil)
        let short = try report(eight, Array(eight.dropLast(2))).failure(limit: -0.5)
        #expect(short?.contains("no comparable score of 2 scenes of run A ('scene-6')") == true)
        #expect(try report(Array(eight.dropLast(2)), eight).failure(limit: -0.5) == nil)
    }

    /// Ten samples that change by -5 to +4 points, and one that only A has a number of.
    private func changes(most: Int) -> SampleChanges? {
        func entry(_ index: Int, _ value: Double?) -> SampleBook.Entry {
            let score = HeadlineScore(key: "meanIoU_percent", title: "mIoU", value: value, digits: 2)
            return SampleBook.Entry(index: index, scores: [score], note: nil)
        }
        func book(_ shift: (Int) -> Double?) -> [SampleBook.Key: SampleBook.Entry] {
            let entries = (0..<11).map { index in
                (SampleBook.Key(scene: "scene-0", token: "t\(index)"), entry(index, shift(index).map { 50 + $0 }))
            }
            return Dictionary(uniqueKeysWithValues: entries)
        }
        return SampleChanges(
            book { _ in 0 },
            book { $0 == 10 ? nil : Double($0 - 5) },
            scenes: ["scene-0"],
            most: most
        )
    }

    @Test("The samples that changed most are found in both directions, the largest change first")
    func samples() throws {
        let changes = try #require(self.changes(most: 2))
        #expect(changes.worse.map(\.token) == ["t0", "t1"] && changes.better.map(\.token) == ["t9", "t8"])
        #expect(changes.compared == 10 && changes.worseCount == 5 && changes.betterCount == 4)
        #expect(SampleChanges([:], [:], scenes: ["scene-0"], most: 2) == nil)
        #expect(self.changes(most: 0)?.worse.isEmpty == true)
    }

    @Test("Text fits 100 columns, JSON holds the same numbers, and the page shows names as text")
    func forms() throws {
        let b = changed(by: -3) + [("scene-<b>", 9)]
        let report = try report(eight, b, samples: changes(most: 5))
        let text = report.text(withScenes: false, most: 5)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        for part in [
            "only run B has 1 scene, left out: scene-<b>", "mIoU", "-3.00", "[-3.00, -3.00]", "worse", "seed 1",
            "scenes by their own mIoU: 0 better, 8 worse, 8 in all", "samples by their own mIoU: 4 better, 5 worse",
            "8 scenes are few",
        ] { #expect(text.contains(part), "\(part)\n\(text)") }
        let longer = report.text(withScenes: true, most: 5)
        #expect(longer.contains("scene-0") && longer.split(separator: "\n").count > text.split(separator: "\n").count)

        let document = try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any]
        let headline = document?["headline"] as? [String: Any]
        #expect(document?["verdict"] as? String == "worse" && headline?["key"] as? String == "meanIoU_percent")
        #expect(abs((headline?["difference"] as? Double ?? 0) + 3) < 1e-9)
        #expect((headline?["interval"] as? [Double])?.count == 2 && document?["seed"] as? Int == 1)
        #expect((document?["leftOut"] as? [[String: String]])?.first?["reason"] == "onlyInB")
        let metrics = document?["metrics"] as? [[String: Any]]
        #expect((metrics?.first?["scenes"] as? [Any])?.count == 8)

        let page = String(decoding: ComparisonPage(report: report).page.file, as: UTF8.self)
        #expect(page.contains("B is worse by 3.00 points of mIoU") && page.contains("<svg"))
        #expect(page.contains("scene-&lt;b&gt;") && !page.contains("scene-<b>"))
        #expect(!page.contains("<script"))
    }
}

extension SceneMetric {
    /// The numbers that the metric is compared in.
    fileprivate var comparedUnits: [ComparedScore] {
        let caption = ScoreCaption(dataset: "d", split: "val", model: "m", expectedSamples: nil)
        return (try? pooled([CountedScene<Counts>](), caption).names) ?? []
    }
}
