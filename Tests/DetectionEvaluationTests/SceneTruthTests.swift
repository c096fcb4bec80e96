import Scenes
import TestSupport
import Testing

@testable import Evaluation

@Suite("Stored annotations of a scene") struct SceneTruthTests {
    private func truth(seed: UInt64) throws -> DetectionSceneTruth {
        var world = try World(samples: 5, seed: seed, classes: DetectionClass.allCases)
        let rack = BoxAnnotation(
            category: BicycleRack.category,
            attributes: [],
            translation: SIMD3(1, -0.0, .leastNonzeroMagnitude),
            size: SIMD3(2, 4, 1),
            rotation: Quaternion(yaw_rad: 1),
            velocity: nil,
            pointCount: -2
        )
        world.samples[1].truth = try DetectionGroundTruth(
            sampleToken: "rack é",
            egoTranslation: SIMD3(411.3, 1180.9, 0.1 + 0.2),
            annotations: [rack, rack]
        )
        let orders: [UInt64] = [0, 127, 128, 7, .max]
        return DetectionSceneTruth(
            samples: zip(world.samples, orders).map { DetectionSceneTruth.Sample(truth: $0.truth, order: $1) }
        )
    }

    @Test("Everything is read back exactly", arguments: [1, 2, 3] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        let truth = try truth(seed: seed)
        #expect(try DetectionSceneTruth(decoding: truth.encoded()) == truth)
        let empty = DetectionSceneTruth(samples: [])
        #expect(try DetectionSceneTruth(decoding: empty.encoded()) == empty)
    }

    @Test("Cut off anywhere, or with a wrong version, is an error that says to submit again")
    func refusals() throws {
        let bytes = try truth(seed: 4).encoded()
        for length in 0..<bytes.count {
            let error = #expect(throws: EvaluationError.self) {
                try DetectionSceneTruth(decoding: Array(bytes[..<length]))
            }
            #expect(error?.description.contains("submit the run's scenes again") == true)
        }
        #expect(throws: EvaluationError.self) { try DetectionSceneTruth(decoding: bytes + [0]) }
        #expect(throws: EvaluationError.self) { try DetectionSceneTruth(decoding: [2] + bytes.dropFirst()) }
        // Counts beyond what is there allocate nothing.
        #expect(throws: EvaluationError.self) {
            try DetectionSceneTruth(decoding: [1, 10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1])
        }
    }

    @Test("Damage never traps, and what is accepted can be written again")
    func damage() throws {
        let whole = try truth(seed: 5).encoded()
        var random = SeededGenerator(seed: 6)
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let read = try? DetectionSceneTruth(decoding: bytes) else { continue }
            #expect(read.encoded() == bytes)
        }
    }

    @Test("The curves as comma-separated values hold what the curves hold")
    func curves() throws {
        let matches = try World(samples: 12, seed: 8).matches(of: 0..<12)
        let report = try DetectionReport(dataset: "d", split: "s", model: "m", matches: matches, sceneCount: 1)
        let lines = report.curvesCSV.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(lines.count == 1 + 40 * 101 && lines.allSatisfy { $0.count == 10 })
        for (index, curve) in report.curves.enumerated() {
            let own = lines[(1 + index * 101)..<(1 + (index + 1) * 101)]
            #expect(own.map { Double($0[3]) } == curve.precision.map(Optional.some))
            #expect(own.allSatisfy { $0[0] == curve.name.rawValue && Double($0[1]) == curve.threshold_m })
            let errors = own.map { Double($0[5]) }
            #expect(
                errors
                    == (curve.errors[.translation].map { $0.map(Optional.some) }
                        ?? [Double?](repeating: nil, count: 101))
            )
        }
    }
}
