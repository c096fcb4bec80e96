import Scenes
import Testing

@testable import Evaluation

/// How good the boxes of one sample are, in one number.
@Suite("F1 of a sample") struct SampleF1Tests {
    /// Matches of one sample: scores, each with whether it is a hit at 2 m, and how many boxes are annotated.
    private func matches(_ records: [(Double, Bool)], truths: UInt32) -> DetectionMatches {
        var counts = [UInt32](repeating: 0, count: DetectionClass.allCases.count)
        counts[0] = truths
        let records = records.map { score, isHit in
            // A hit at 4 m only is none.
            DetectionMatches.Record(name: .car, score: score, match: .init(thresholds: isHit ? 0b1100 : 0b1000))
        }
        return DetectionMatches(samples: [.init(order: 0, truthCounts: counts, records: records)])
    }

    @Test("Hits above a score count against all predictions above it and all annotated boxes")
    func fixed() {
        let sample = matches([(0.9, true), (0.5, false), (0.2, true), (0.1, true)], truths: 4)
        #expect(sample.f1(minimumScore: 0.2) == 4.0 / 7)
        #expect(sample.f1(minimumScore: 0.95) == 0)
        #expect(sample.f1(minimumScore: 0) == 6.0 / 8)
    }

    @Test("The best threshold takes all predictions of one score or none, whatever the size of scores")
    func best() {
        let records = [(0.9, true), (0.5, false), (0.5, true), (0.1, false)]
        // One of two hits with one prediction: 2 / 3; with three: 4 / 5.
        #expect(matches(records, truths: 2).bestF1 == 4.0 / 5)
        #expect(matches(records.map { ($0.0 * 1e-6, $0.1) }, truths: 2).bestF1 == 4.0 / 5)
        #expect(matches([(0.5, false), (0.5, true)], truths: 1).bestF1 == 2.0 / 3)
        #expect(matches([], truths: 1).bestF1 == 0)
    }

    @Test("Where nothing is annotated the best F1 is not defined; boxes that are shown there are wrong")
    func empty() {
        #expect(matches([(0.9, false)], truths: 0).bestF1 == nil)
        #expect(matches([(0.9, false)], truths: 0).f1(minimumScore: 0.2) == 0)
        #expect(matches([(0.1, false)], truths: 0).f1(minimumScore: 0.2) == nil)
    }
}
