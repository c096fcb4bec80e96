import Evaluation
import Foundation
import Testing

/// Prints how long one sample takes to score; behind the numbers in `docs/ray-iou.md`.
@Suite(.serialized) struct RayMeasurements {
    // Runs only on demand: OCC_MEASURE=1.
    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["OCC_MEASURE"] != nil, "OCC_MEASURE is not set"),
        arguments: ["synthetic", "nothing"]
    )
    func oneSample(name: String) throws {
        var sample = try RayCase(contentsOf: Places.golden("\(name).npz"))
        sample.places = (0..<8).map { SIMD3(0.94 + Double($0) * 4 - 16, 0.1 * Double($0), 1.84) }
        let origins = try sample.origins
        var counts = RayCounts()
        var durations: [Duration] = []
        for _ in 0..<21 {
            durations.append(
                try ContinuousClock().measure {
                    try counts.accumulate(
                        prediction: sample.prediction,
                        semantics: sample.semantics,
                        origins: origins,
                        sample: "s"
                    )
                }
            )
        }
        durations.sort()
        print("rays of one sample, eight origins, \(name): median \(durations[10]), least \(durations[0])")
        #expect(counts.samples == 21)
    }
}
