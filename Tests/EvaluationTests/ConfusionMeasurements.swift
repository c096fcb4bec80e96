import Datasets
import Evaluation
import Foundation
import Scenes
import TestSupport
import Testing

/// Prints how long one sample takes to score; behind the number in `docs/evaluation.md`.
@Suite struct ConfusionMeasurements {
    static let isWanted = ProcessInfo.processInfo.environment["OCC_MEASURE"] != nil && SharedFiles.realLabels != nil

    // Runs only on demand: OCC_MEASURE=1, with the real label file under OCC_SHARED.
    @Test(.enabled(if: isWanted, "OCC_MEASURE is not set, or no real labels")) func oneSample() throws {
        let truth = try Occ3DFile.read(try #require(SharedFiles.realLabels))
        var random = SeededGenerator(seed: 1)
        let prediction = Samples.corrupted(truth.semantics, oneIn: 20, &random)
        var confusions = MaskedConfusions()
        var durations: [Duration] = []
        for _ in 0..<51 {
            durations.append(
                try ContinuousClock().measure {
                    try confusions.accumulate(prediction: prediction, truth: truth, sample: "s")
                }
            )
        }
        print("three confusions of one sample: median \(durations.sorted()[25])")
        #expect(confusions.samples == 51)
    }
}
