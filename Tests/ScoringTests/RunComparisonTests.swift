import Scenes
import TestSupport
import Testing

@testable import Evaluation
@testable import Scoring

/// Which scenes of two runs are compared, and that every metric can be.
@Suite("Comparison of runs") struct RunComparisonTests {
    private let caption = ScoreCaption(dataset: "d", split: "mini_val", model: "m", expectedSamples: nil)

    private func occupancy() throws -> SceneMetrics {
        var metrics = SceneMetrics()
        metrics[OccupancyMetric.self] = try RunFixture.confusions()
        return metrics
    }

    private func run(_ scenes: [(String, SceneMetrics?)]) -> RunScores {
        var scores = RunScores()
        for (name, metrics) in scenes { scores.add(name, metrics) }
        return scores
    }

    @Test("Only scenes that both have a score of are compared; the others are named with what they lack")
    func leftOut() throws {
        let one = try occupancy()
        var two = SceneMetrics()
        var counts = try RunFixture.confusions()
        counts.merge(counts)
        two[OccupancyMetric.self] = counts
        let a = run([
            ("both", one), ("mine", one), ("bare-in-b", one), ("bare-in-a", nil), ("bare", nil), ("fewer", one),
            ("other", one),
        ])
        let b = run([
            ("both", one), ("its", one), ("bare-in-b", nil), ("bare-in-a", one), ("bare", nil), ("fewer", two),
            ("other", one),
        ])
        let comparison = try RunComparison(a, b, caption, otherSamples: ["other"])
        #expect(comparison.scenes.map(\.name) == ["both"] && comparison.sampleCount == 1)
        let reasons = Dictionary(uniqueKeysWithValues: comparison.leftOut.map { ($0.scene, $0.reason) })
        #expect(
            reasons == [
                "mine": .onlyInA, "its": .onlyInB, "bare-in-b": .unscoredInB, "bare-in-a": .unscoredInA,
                "bare": .unscored, "fewer": .otherSamples, "other": .otherSamples,
            ]
        )
        #expect(comparison.headline?.difference == 0 && comparison.headline?.verdict == .tooFewScenes)
        let nothing = try RunComparison(run([("x", one)]), run([("y", one)]), caption)
        #expect(nothing.headline == nil && nothing.scenes.isEmpty && nothing.leftOut.count == 2)
    }

    @Test("Stored numbers of samples may be any, and their sum is the largest number there is")
    func hugeCounts() throws {
        var counts = try RunFixture.confusions()
        for _ in 0..<62 { counts.merge(counts) }
        var metrics = SceneMetrics()
        metrics[OccupancyMetric.self] = try MaskedConfusions(decoding: counts.encoded())
        let scores = run([("one", metrics), ("two", metrics)])
        #expect(try RunComparison(scores, scores, caption).sampleCount == .max)
    }

    @Test("Scenes without rays in one run are left out of RayIoU only")
    func rays() throws {
        var counts = RayCounts()
        counts.samples = 1
        counts.truth[4] = 10
        counts.predicted[4] = 10
        for index in counts.hits.indices { counts.hits[index][4] = 4 }
        var both = try occupancy()
        both[RayMetric.self] = counts
        let comparison = try RunComparison(
            run([("one", both), ("two", both)]),
            run([("one", both), ("two", occupancy())]),
            caption
        )
        #expect(comparison.parts.map { $0.scenes.count } == [2, 1] && comparison.leftOut.isEmpty)
        #expect(comparison.parts[1].differences[0].a == comparison.parts[1].scenes[0].a)
    }

    @Test("Boxes are compared as reports score them, in both orders of samples", arguments: ["mini_val", "mine"])
    func boxes(split: String) throws {
        var caption = caption
        caption.split = split
        // Of run B every second box is lost, so that each number tells whose it is.
        let runs = try (1...2).map { step in
            try run(
                (1...3).map { scene in
                    let truth = try DetectionSceneTruth(RunFixture.annotations(scene), split: split)
                    let boxes = try RunFixture.boxes(scene)
                    var matches = DetectionMatches()
                    for sample in truth.samples {
                        let found = boxes[sample.truth.sampleToken] ?? []
                        try matches.accumulate(
                            predictions: stride(from: 0, to: found.count, by: step).map { found[$0] },
                            truth: sample.truth,
                            order: sample.order
                        )
                    }
                    var metrics = SceneMetrics()
                    metrics[DetectionMetric.self] = matches
                    return ("scene-\(scene)", metrics)
                }
            )
        }
        let comparison = try RunComparison(runs[0], runs[1], caption)
        let differences = comparison.parts[0].differences
        for (scores, number) in zip(runs, [\ScoreDifference.a, \.b]) {
            let report = try #require(try scores.report(DetectionMetric(), caption) as? DetectionScore).report
            let values = Dictionary(
                uniqueKeysWithValues: differences.map { ($0.score.key, $0[keyPath: number] ?? .nan) }
            )
            #expect(abs((values["nds"] ?? .nan) - report.detectionScore) < 1e-9)
            #expect(abs((values["mAP"] ?? .nan) - report.meanAveragePrecision) < 1e-9)
            #expect(abs((values["trans_err"] ?? .nan) - (report.errors[.translation] ?? 0)) < 1e-9)
        }
        #expect(differences[0].a != differences[0].b && differences[1].a != differences[1].b)
        #expect(comparison.headline?.score.title == "NDS" && comparison.sampleCount == 9)
    }

    @Test("Every metric's pooled numbers have names of their own and say where they occur")
    func pooled() throws {
        for metric in Metrics.known {
            let pooled = try metric.pooledNothing(caption)
            #expect(Set(pooled.names.map(\.key)).count == pooled.names.count, "\(metric)")
            #expect(pooled.occurrences.count == pooled.names.count, "\(metric)")
            #expect(pooled.whole(sceneCount: 0).count == pooled.names.count, "\(metric)")
        }
    }
}

extension SceneMetric {
    fileprivate func pooledNothing(_ caption: ScoreCaption) throws -> any PooledScores {
        try pooled([CountedScene<Counts>](), caption)
    }
}
