import Evaluation
import Scenes
import Storage
import TestSupport
import Testing

@testable import Scoring

/// What every metric must do; a new one is checked as soon as it stands in `Metrics.known`.
@Suite("Metrics") struct SceneMetricSuite {
    /// Samples of both kinds, with what they are judged by.
    private static func samples() throws -> [JudgedSample] {
        let ones = [UInt8](repeating: 1, count: VoxelGrid.count)
        let truth = VoxelLabels(semantics: RunFixture.labels(4), maskLidar: ones, maskCamera: ones)
        let frames = RunFixture.frames(1)
        let keyframes = frames.samples.compactMap(LidarKeyframe.init)
        let origins = try LidarOrigins.all(of: keyframes)
        let voxels = zip(frames.samples, origins).map { sample, places in
            JudgedSample(
                token: sample.token,
                content: .voxels(
                    prediction: RunFixture.labels(5),
                    labels: truth,
                    labelsPlace: "memory",
                    origins: .places(places)
                )
            )
        }
        let boxes = try RunFixture.boxes(1)
        let annotated = try DetectionSceneTruth(RunFixture.annotations(1), split: "mini_val")
        return voxels
            + annotated.samples.map { sample in
                JudgedSample(
                    token: sample.truth.sampleToken,
                    content: .boxes(prediction: boxes[sample.truth.sampleToken] ?? [], truth: sample)
                )
            }
    }

    private static let caption = ScoreCaption(dataset: "d", split: "mini_val", model: "m", expectedSamples: 6)

    @Test("Parts and JSON keys are each metric's own")
    func names() {
        let parts = Metrics.known.map { type(of: $0).part }
        #expect(Set(parts).count == parts.count && !parts.contains(SceneMetrics.gapsPart) && !parts.contains(0))
        let keys = Metrics.known.compactMap { type(of: $0).jsonKey }
        #expect(Set(keys).count == keys.count)
        for kind in [SampleKind.occupancy, .detections] {
            #expect(Metrics.known.count { type(of: $0).kind == kind && type(of: $0).jsonKey == nil } == 1)
        }
    }

    @Test("A scene's counts are stored and read back, and scores of them are the same")
    func storing() throws {
        let samples = try Self.samples()
        for metric in Metrics.known {
            let part = type(of: metric).part
            var gaps = TruthGaps()
            var counts: (any MetricCounts)?
            for sample in samples { counts = try metric.adding(sample, to: counts, gaps: &gaps) }
            let known = try #require(counts)
            #expect(!known.isEmpty && gaps.isEmpty, "\(metric)")
            var stored = SceneMetrics()
            stored[part: part] = known
            let read = try SceneMetrics(decoding: stored.encoded())
            #expect(read == stored && read[part: part]?.encoded() == known.encoded(), "\(metric)")
            var scores = [RunScores(), RunScores()]
            scores[0].add("scene-1", stored)
            scores[1].add("scene-1", read)
            let tables = try scores.map { try $0.report(metric, Self.caption)?.table(withScenes: true) }
            #expect(tables[0] == tables[1] && tables[0]?.contains("scene-1") == true, "\(metric)")
            let report = try #require(try scores[0].report(metric, Self.caption))
            #expect(report.scoredSamples == 3 && !report.headline.isEmpty, "\(metric)")
            #expect(report.headline.allSatisfy { $0.value?.isFinite ?? true }, "\(metric)")
        }
    }

    @Test("Counts of samples add up to those of all, and every sample has the same numbers")
    func samplesAddUp() throws {
        let samples = try Self.samples()
        for metric in Metrics.known {
            let part = type(of: metric).part
            var gaps = TruthGaps()
            var whole: (any MetricCounts)?
            var sum = SceneMetrics()
            var keys: Set<[String]> = [metric.sampleScores(of: SceneMetrics(), Self.caption).map(\.key)]
            for sample in samples {
                whole = try metric.adding(sample, to: whole, gaps: &gaps)
                let counts = try metric.adding(sample, to: nil, gaps: &gaps)
                guard !counts.isEmpty else { continue }
                var own = SceneMetrics()
                own[part: part] = counts
                try sum.merge(own)
                let scores = metric.sampleScores(of: own, Self.caption)
                keys.insert(scores.map(\.key))
                #expect(scores.allSatisfy { $0.value.map { (0...100).contains($0) } ?? false }, "\(metric)")
            }
            #expect(sum[part: part]?.encoded() == whole?.encoded(), "\(metric)")
            #expect(keys.count == 1 && keys.first?.isEmpty == false, "\(metric)")
            #expect(metric.sampleScores(of: SceneMetrics(), Self.caption).allSatisfy { $0.value == nil }, "\(metric)")
        }
    }

    @Test("Every truncation of stored counts is an error")
    func truncation() throws {
        let samples = try Self.samples()
        for metric in Metrics.known {
            var gaps = TruthGaps()
            var counts: (any MetricCounts)?
            for sample in samples { counts = try metric.adding(sample, to: counts, gaps: &gaps) }
            let bytes = try #require(counts).encoded()
            for length in 0..<bytes.count {
                #expect(throws: EvaluationError.self, "\(metric), \(length) bytes") {
                    try metric.decoded(Array(bytes[..<length]))
                }
            }
        }
    }

    @Test("Predictions of the other kind count for nothing, and no scene gives no score")
    func otherKind() throws {
        let samples = try Self.samples()
        for metric in Metrics.known {
            var gaps = TruthGaps()
            let others = samples.filter { sample in
                switch sample.content {
                case .voxels: type(of: metric).kind != .occupancy
                case .boxes: type(of: metric).kind != .detections
                }
            }
            var counts: (any MetricCounts)?
            for sample in others { counts = try metric.adding(sample, to: counts, gaps: &gaps) }
            #expect(counts?.isEmpty == true, "\(metric)")
            #expect(try RunScores().report(metric, Self.caption) == nil)
        }
    }
}
