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
        // Processor time of this thread, so that other work on the core does not count.
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
        }
        var times: [Double] = []
        for _ in 0..<21 {
            let start = now()
            try counts.accumulate(
                prediction: sample.prediction,
                semantics: sample.semantics,
                origins: origins,
                sample: "s"
            )
            times.append(now() - start)
        }
        times.sort()
        print("rays of one sample, eight origins, \(name): median \(times[10]) ms, least \(times[0]) ms")
        #expect(counts.samples == 21)
    }
}
