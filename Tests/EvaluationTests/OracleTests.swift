import ArrayFiles
import Datasets
import Evaluation
import Foundation
import Scenes
import TestSupport
import Testing

/// Histograms and scores against `ops/evaluation/miou_oracle.py`, which is numpy and written apart from ours.
@Suite struct OracleTests {
    struct Scores: Decodable {
        let histogram: [UInt64]
        let iou: [Double?]
        let mean: Double?
    }

    private func oracle(_ cases: [(prediction: [UInt8], truth: VoxelLabels)]) throws -> [String: Scores] {
        let folder = try TemporaryFolder()
        let paths = try cases.enumerated().map { index, sample in
            var archive = NPZArchive()
            let shape = VoxelGrid.shape
            archive["pred"] = NPYArray(sample.prediction, shape: shape)
            archive["semantics"] = NPYArray(sample.truth.semantics, shape: shape)
            archive["mask_lidar"] = NPYArray(sample.truth.maskLidar ?? [], shape: shape)
            archive["mask_camera"] = NPYArray(sample.truth.maskCamera ?? [], shape: shape)
            let path = "\(folder.path)/\(index).npz"
            try archive.write(to: path, .stored)
            return path
        }
        let script = Project.path("ops/evaluation/miou_oracle.py")
        let result = try Command.run(try #require(Python.withNumPy), [script] + paths)
        try #require(result.status == 0)
        return try JSONDecoder().decode([String: Scores].self, from: Data(result.bytes))
    }

    private func compare(_ cases: [(prediction: [UInt8], truth: VoxelLabels)]) throws {
        let expected = try oracle(cases)
        var confusions = MaskedConfusions()
        for sample in cases {
            try confusions.accumulate(prediction: sample.prediction, truth: sample.truth, sample: "s")
        }
        for mask in VisibilityMask.allCases {
            let scores = try #require(expected[mask.rawValue])
            #expect(confusions[mask].counts == scores.histogram)
            for label in 0..<18 {
                #expect(confusions[mask].iou(of: label) == scores.iou[label], "\(mask) label \(label)")
            }
            let difference = abs((confusions[mask].meanIoU ?? -1) - (scores.mean ?? -1))
            #expect(difference < 1e-14, "\(mask)")
        }
    }

    // Skipped, with the reason printed, where no Python with numpy is at hand.
    @Test(.enabled(if: Python.withNumPy != nil, "no Python with numpy"))
    func randomGridsAgreeWithNumpy() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("oracle seed \(seed)")
        var random = SeededGenerator(seed: seed)
        try compare((0..<2).map { _ in (Samples.labels(&random), Samples.truth(&random)) })
    }

    // Skipped, with the reason printed, without Python or without the real label file.
    @Test(
        .enabled(
            if: Python.withNumPy != nil && SharedFiles.realLabels != nil,
            "no Python with numpy, or no real labels"
        )
    )
    func corruptedRealLabelsAgreeWithNumpy() throws {
        let truth = try Occ3DFile.read(try #require(SharedFiles.realLabels))
        var random = SeededGenerator(seed: 31)
        let rates: [UInt64] = [1_000_000, 50, 3]
        try compare(rates.map { (Samples.corrupted(truth.semantics, oneIn: $0, &random), truth) })
    }

    // Skipped, with the reason printed, without the real label file.
    @Test(.enabled(if: SharedFiles.realLabels != nil, "no real labels"))
    func realLabelsScoreThemselvesWhole() throws {
        let truth = try Occ3DFile.read(try #require(SharedFiles.realLabels))
        var confusions = MaskedConfusions()
        try confusions.accumulate(prediction: truth.semantics, truth: truth, sample: "s")
        #expect(VisibilityMask.allCases.allSatisfy { confusions[$0].meanIoU == 1 })
        // Counted when the file was found: 43,355 voxels that a camera sees, 39,092 occupied ones.
        #expect(confusions[.camera].counts.reduce(0, +) == 43_355)
        #expect(640_000 - confusions[.none].truthVoxels(of: 17) == 39_092)
    }
}
