import Foundation
import Scenes
import TestSupport
import Testing

@testable import Evaluation

@Suite struct MatchesTests {
    static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 8]

    /// What the devkit's one loop over all samples gives, sample by sample matching gives in the same order.
    @Test(arguments: seeds)
    func matchingBySampleIsMatchingOverall(seed: UInt64) throws {
        let world = try World(samples: 40, seed: seed)
        let matches = try world.matches(of: 0..<40)
        for name in [DetectionClass.car, .pedestrian, .barrier] {
            let ranked = matches.ranked(name)
            #expect(ranked.count == matches.predictionCount(of: name))
            for (bit, threshold) in DetectionSettings.distanceThresholds_m.enumerated() {
                let expected = GlobalMatching.outcomes(of: world, name, threshold: threshold)
                let ours = ranked.map { record in
                    GlobalMatching.Outcome(
                        score: record.score,
                        isHit: record.match.thresholds & 1 << UInt8(bit) != 0,
                        errors: threshold == 2 ? record.match.errors : nil
                    )
                }
                #expect(ours == expected, "seed \(seed), \(name) at \(threshold)")
                // At 4 m boxes compete in every one of these worlds; at 0.5 m only those at one place match.
                #expect(threshold < 4 || (expected.contains(where: \.isHit) && expected.contains { !$0.isHit }))
            }
        }
    }

    @Test(arguments: seeds)
    func anyOrderOfMergingGivesTheSame(seed: UInt64) throws {
        let world = try World(samples: 30, seed: seed)
        let whole = try world.matches(of: 0..<30)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5 {
            var cuts = (0..<4).map { _ in Int.random(in: 0...30, using: &random) }.sorted()
            cuts = [0] + cuts + [30]
            var parts = try zip(cuts, cuts.dropFirst()).map { try world.matches(of: $0..<$1) }
            parts.shuffle(using: &random)
            var total = DetectionMatches()
            for part in parts { try total.merge(DetectionMatches(decoding: part.encoded())) }
            #expect(total == whole, "seed \(seed), cuts \(cuts)")
            #expect(total.encoded() == whole.encoded())
        }
        #expect(whole.sampleCount == 30)
    }

    /// Orders matter where scores are equal in different samples, and only there.
    @Test func equalScoresAreRankedByOrder() throws {
        let world = try World(samples: 12, seed: 5)
        var forward = DetectionMatches()
        var backward = DetectionMatches()
        for (index, sample) in world.samples.enumerated() {
            try forward.accumulate(predictions: sample.predictions, truth: sample.truth, order: UInt64(index))
            try backward.accumulate(predictions: sample.predictions, truth: sample.truth, order: UInt64(99 - index))
        }
        #expect(forward.ranked(.car) != backward.ranked(.car))
        #expect(forward.ranked(.car).map(\.score) == backward.ranked(.car).map(\.score))
    }

    @Test func scenesArePlacedApart() throws {
        let world = try World(samples: 6, seed: 9)
        let first = try world.matches(of: 0..<6)
        var total = try first.placed(atScene: 7)
        try total.merge(first.placed(atScene: 2))
        #expect(total.samples.map(\.order) == [2, 7].flatMap { scene in (0..<6).map { scene << 32 | $0 } })
        #expect(throws: EvaluationError.self) { try total.placed(atScene: 1) }
        let before = total
        #expect(throws: EvaluationError.self) { try total.merge(first.placed(atScene: 7)) }
        #expect(total == before)
    }

    @Test func scoresOfNetworksTakeHalfTheBytes() throws {
        let world = try World(samples: 10, seed: 4)
        var other = world
        for index in other.samples.indices {
            other.samples[index].predictions = try other.samples[index].predictions.map { box in
                try DetectionBox(
                    sampleToken: box.sampleToken,
                    translation: box.translation,
                    size: box.size,
                    rotation: box.rotation,
                    velocity: box.velocity,
                    name: box.name,
                    score: box.score / 3,
                    attribute: box.attribute
                )
            }
        }
        let matches = try world.matches(of: 0..<10)
        let wide = try other.matches(of: 0..<10)
        let records = matches.samples.reduce(0) { $0 + $1.records.count { $0.score != 0 } }
        #expect(try DetectionMatches(decoding: wide.encoded()) == wide)
        #expect(wide.encoded().count > matches.encoded().count + 3 * records)
    }

    @Test func jsonHoldsTheSameBytes() throws {
        let matches = try World(samples: 5, seed: 3).matches(of: 0..<5)
        let data = try JSONEncoder().encode([matches])
        #expect(try JSONDecoder().decode([DetectionMatches].self, from: data) == [matches])
        #expect(throws: EvaluationError.self) { try DetectionMatches(base64: "?") }
    }

    @Test func everyCutAndManyDamagesAreJudged() throws {
        let matches = try World(samples: 4, seed: 12).matches(of: 0..<4)
        let bytes = matches.encoded()
        for length in 0..<bytes.count {
            #expect(throws: EvaluationError.self, "\(length) bytes") {
                try DetectionMatches(decoding: Array(bytes.prefix(length)))
            }
        }
        #expect(throws: EvaluationError.self) { try DetectionMatches(decoding: bytes + [0]) }
        #expect(throws: EvaluationError.self) { try DetectionMatches(decoding: [2] + bytes.dropFirst()) }
        #expect(throws: EvaluationError.self) {
            try DetectionMatches(decoding: [1, 10, 4, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
        }
        var random = SeededGenerator(seed: 77)
        var refused = 0
        for _ in 0..<600 {
            var damaged = bytes
            damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            do {
                let read = try DetectionMatches(decoding: damaged)
                // What is read can be written and scored: nothing traps.
                #expect(read.encoded().count == damaged.count)
                _ = try? DetectionReport(dataset: "", split: "", model: "", matches: read, sceneCount: 1)
            } catch is EvaluationError {
                refused += 1
            }
        }
        #expect(refused > 50)
    }

    @Test func badPredictionsAreRefusedAndNothingChanges() throws {
        let world = try World(samples: 3, seed: 6)
        var matches = try world.matches(of: 0..<2)
        let before = matches
        let box = try #require(world.samples.flatMap(\.predictions).first)
        let truth = try DetectionGroundTruth(sampleToken: box.sampleToken, egoTranslation: .zero, annotations: [])
        let many = [DetectionBox](repeating: box, count: 501)
        let error = try #require(throws: EvaluationError.self) {
            try matches.accumulate(predictions: many, truth: truth, order: 50)
        }
        #expect(error.kind == .invalidPrediction && error.detail.contains("501"))
        let stray = try DetectionGroundTruth(sampleToken: "another", egoTranslation: .zero, annotations: [])
        #expect(throws: EvaluationError.self) { try matches.accumulate(predictions: [box], truth: stray, order: 50) }
        #expect(throws: EvaluationError.self) { try matches.accumulate(predictions: [], truth: stray, order: 1) }
        #expect(matches == before)
        try matches.accumulate(predictions: Array(many.dropLast()), truth: truth, order: 50)
        #expect(matches.sampleCount == 3)
    }
}
