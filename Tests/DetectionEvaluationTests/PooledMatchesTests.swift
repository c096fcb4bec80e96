import Foundation
import Scenes
import TestSupport
import Testing

@testable import Evaluation

/// Scores of weighted sums of scenes are those of a report on matches in which each scene stands as often as it weighs.
@Suite("Pooled matches") struct PooledMatchesTests {
    private static let sceneCount = 7
    private static let samplesPerScene = 6

    /// Scenes of samples with orders of their own, room between them for copies.
    ///
    /// - Parameter isApart: whether scores within a sample are made different; across samples many stay equal.
    private func scenes(seed: UInt64, isApart: Bool) throws -> [DetectionMatches] {
        let world = try World(samples: Self.sceneCount * Self.samplesPerScene, seed: seed)
        return try (0..<Self.sceneCount).map { scene in
            let matches = try world.matches(of: scene * Self.samplesPerScene..<(scene + 1) * Self.samplesPerScene)
            return DetectionMatches(
                samples: matches.samples.map { sample in
                    var sample = sample
                    sample.order *= 8
                    guard isApart else { return sample }
                    for index in sample.records.indices { sample.records[index].score += Double(index) / 1024 }
                    return sample
                }
            )
        }
    }

    /// The numbers in the order of `PooledMatches`, from a report.
    private func reported(_ scenes: [DetectionMatches], _ weights: [Int]) throws -> [Double] {
        var total = DetectionMatches()
        for (scene, weight) in zip(scenes, weights) {
            for copy in 0..<weight {
                let copied = scene.samples.map { sample in
                    var sample = sample
                    sample.order += UInt64(copy)
                    return sample
                }
                try total.merge(DetectionMatches(samples: copied))
            }
        }
        let report = try DetectionReport(
            dataset: "",
            split: "",
            model: "",
            matches: total,
            sceneCount: weights.reduce(0, +)
        )
        return [report.detectionScore, report.meanAveragePrecision]
            + DetectionErrorKind.allCases.map { report.errors[$0] ?? .nan }
            + report.labels.map(\.meanAveragePrecision)
    }

    @Test(
        "Each sum is scored as a report scores it, equal scores and copies included",
        arguments: 1...6 as ClosedRange<UInt64>
    )
    func sums(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for isApart in [false, true] {
            let scenes = try scenes(seed: seed, isApart: isApart)
            // Copies of equal scores within a sample may stand in either order; without copies there is only one.
            let most = isApart ? 3 : 1
            let drawn = (0..<8).map { lane in
                scenes.indices.map { _ in lane == 0 ? 1 : Int.random(in: 0...most, using: &random) }
            }
            var counts = [SIMD32<Int32>](repeating: .zero, count: scenes.count)
            for (lane, weights) in drawn.enumerated() {
                for (scene, weight) in weights.enumerated() { counts[scene][lane] = Int32(weight) }
            }
            let pooled = PooledMatches(scenes)
            let values = pooled.scores(SceneWeights(counts: counts))
            #expect(values.count == pooled.names.count && pooled.occurrences.count == values.count)
            for (lane, weights) in drawn.enumerated() {
                let wanted = try reported(scenes, weights)
                for (index, name) in pooled.names.enumerated() {
                    let difference = abs(values[index][lane] - wanted[index])
                    #expect(
                        difference < 1e-9,
                        "seed \(seed), \(weights), \(name.title): \(values[index][lane]), not \(wanted[index])"
                    )
                }
            }
        }
    }

    @Test("Stored numbers of annotated boxes may be any: nothing overflows, and hardly anything is found")
    func hugeCounts() throws {
        let scenes = try scenes(seed: 1, isApart: false).map { scene in
            let huge = scene.samples.map { sample in
                var sample = sample
                sample.truthCounts = sample.truthCounts.indices.map { $0 % 2 == 0 ? .max : 1 << 31 - 1 }
                return sample
            }
            return try DetectionMatches(decoding: DetectionMatches(samples: huge).encoded())
        }
        let pooled = PooledMatches(scenes)
        for block in SceneDraws(sceneCount: scenes.count, resampleCount: 64, seed: 1).blocks {
            #expect(pooled.scores(block)[1].allSatisfy { $0 == 0 })
        }
        #expect(pooled.occurrences[0].allSatisfy { $0 })
    }

    @Test("Nothing drawn, nothing annotated, nothing predicted: AP 0 and errors 1, as a report has them")
    func nothing() {
        let empty = PooledMatches([DetectionMatches(), DetectionMatches()])
        let values = empty.whole(sceneCount: 2)
        #expect(values[0] == 0 && values[1] == 0 && values[2] == 1 && values.last == 0)
        #expect(empty.occurrences.allSatisfy { $0 == [false, false] })
    }
}
