import Evaluation
import Foundation
import TestSupport
import Testing

/// New random cases each time, through `ops/evaluation/rayiou_oracle.py`.
@Suite struct OracleTests {
    // Skipped, with the reason printed, where no Python with numpy is at hand.
    @Test(.enabled(if: Python.withNumPy != nil, "no Python with numpy"), arguments: [30, 3000] as [UInt64])
    func randomCasesAgreeWithNumpy(rate: UInt64) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("ray oracle seed \(seed), one voxel in \(rate)")
        var random = SeededGenerator(seed: seed)
        let sample = RayCase(random: &random, oneIn: rate, places: 2)
        let name = "occ-rays-\(UUID().uuidString).npz"
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try sample.write(to: path)
        let result = try Command.run(
            try #require(Python.withNumPy),
            [Project.path("ops/evaluation/rayiou_oracle.py"), "counts", path]
        )
        try #require(result.status == 0)
        let scores = try JSONDecoder().decode(OracleScores.self, from: Data(result.bytes))
        scores.expectAgreement(with: try sample.counts(), "seed \(seed), one voxel in \(rate)")
    }
}
