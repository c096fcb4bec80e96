import Evaluation
import Scoring
import TestSupport
import Testing

@Suite("The order of samples") struct DetectionOrderTests {
    @Test("Samples are numbered as the devkit does: by scene for official splits, by row of sample.json for others")
    func order() throws {
        let orders = try ["val", "mini_val", "mine", "all"].map { split in
            try DetectionSceneTruth(RunFixture.annotations(2), split: split).samples.map(\.order)
        }
        #expect(orders == [[0, 1, 2], [0, 1, 2], [700, 701, 702], [700, 701, 702]])
    }
}
