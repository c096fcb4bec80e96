import Evaluation
import Scenes
import TestSupport
import Testing

@Suite struct ConfusionTests {
    /// By hand: 0 = others, 4 = car, 17 = free.
    let semantics: [UInt8] = [4, 4, 4, 17, 0, 17]
    let prediction: [UInt8] = [4, 17, 4, 4, 0, 17]

    @Test func countsByHand() throws {
        var confusion = OccupancyConfusion()
        try confusion.accumulate(prediction: prediction, semantics: semantics, sample: "s")
        #expect(confusion[truth: 4, prediction: 4] == 2)
        #expect(confusion[truth: 4, prediction: 17] == 1)
        #expect(confusion[truth: 17, prediction: 4] == 1)
        #expect(confusion.counts.reduce(0, +) == 6 && confusion.samples == 1)
        #expect(confusion.iou(of: 4) == 0.5 && confusion.iou(of: 0) == 1 && confusion.iou(of: 1) == nil)
        #expect(confusion.iou(of: 17) == 1.0 / 3)
        // Free stays out of the mean, undefined labels too.
        #expect(confusion.meanIoU == 0.75)
        #expect(confusion.truthVoxels(of: 4) == 3 && confusion.predictedVoxels(of: 4) == 3)
        #expect(OccupancyConfusion().meanIoU == nil)
    }

    @Test func masksSelect() throws {
        var confusion = OccupancyConfusion()
        try confusion.accumulate(prediction: prediction, semantics: semantics, mask: [1, 0, 0, 255, 0, 0], sample: "s")
        #expect(confusion.counts.reduce(0, +) == 2 && confusion.iou(of: 4) == 0.5)

        let truth = VoxelLabels(
            semantics: semantics,
            maskLidar: [1, 1, 0, 0, 0, 0],
            maskCamera: [1, 0, 0, 0, 1, 1]
        )
        var masked = MaskedConfusions()
        try masked.accumulate(prediction: prediction, truth: truth, sample: "s")
        #expect(VisibilityMask.allCases.map { masked[$0].counts.reduce(0, +) } == [3, 2, 6])
        #expect(masked[.lidar].iou(of: 4) == 0.5 && masked[.camera].meanIoU == 1)
        for mask in VisibilityMask.allCases {
            let array = mask == .camera ? truth.maskCamera : mask == .lidar ? truth.maskLidar : nil
            var single = OccupancyConfusion()
            try single.accumulate(prediction: prediction, semantics: semantics, mask: array, sample: "s")
            #expect(masked[mask] == single)
        }
    }

    @Test(arguments: [0, 1, 2, 3, 17, 1000, 4097]) func anySizeAgreesWithThePlainLoop(voxels: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("confusion seed \(seed), \(voxels) voxels")
        var random = SeededGenerator(seed: seed)
        let truth = Samples.truth(&random, voxels: voxels)
        let prediction = Samples.labels(&random, voxels)
        var masked = MaskedConfusions()
        try masked.accumulate(prediction: prediction, truth: truth, sample: "s")
        for mask in VisibilityMask.allCases {
            var expected = [UInt64](repeating: 0, count: 324)
            for index in 0..<voxels {
                switch mask {
                case .camera where truth.maskCamera?[index] == 0, .lidar where truth.maskLidar?[index] == 0: continue
                default: expected[Int(truth.semantics[index]) * 18 + Int(prediction[index])] += 1
                }
            }
            #expect(masked[mask].counts == expected, "seed \(seed), mask \(mask)")
        }
    }

    @Test func wrongArraysAreErrorsThatNameTheSampleAndCountNothing() throws {
        var confusion = OccupancyConfusion()
        try confusion.accumulate(prediction: prediction, semantics: semantics, sample: "s")
        let before = confusion
        var bad = prediction
        bad[2] = 18
        var worse = semantics
        worse[5] = 255
        let cases: [(EvaluationError.Kind, [UInt8], [UInt8], [UInt8]?)] = [
            (.invalidPrediction, bad, semantics, nil),
            (.invalidPrediction, Array(prediction.dropLast()), semantics, nil),
            (.invalidGroundTruth, prediction, worse, nil),
            (.invalidGroundTruth, prediction, semantics, [1]),
            // Also where the mask hides the wrong voxel.
            (.invalidPrediction, bad, semantics, [1, 1, 0, 1, 1, 1]),
        ]
        for (kind, prediction, semantics, mask) in cases {
            let error = #expect(throws: EvaluationError.self) {
                try confusion.accumulate(prediction: prediction, semantics: semantics, mask: mask, sample: "token-7")
            }
            #expect(error?.kind == kind && error?.source == "token-7")
            #expect(confusion == before)
        }
        var masked = MaskedConfusions()
        let truth = VoxelLabels(semantics: semantics, maskLidar: [1], maskCamera: semantics)
        let error = #expect(throws: EvaluationError.self) {
            try masked.accumulate(prediction: prediction, truth: truth, sample: "token-8")
        }
        #expect(error?.description.contains("mask_lidar") == true && masked == MaskedConfusions())
    }

    @Test func mergingIsAdding() throws {
        var random = SeededGenerator(seed: 9)
        var together = MaskedConfusions()
        var merged = MaskedConfusions()
        for _ in 0..<5 {
            let truth = Samples.truth(&random, voxels: 300)
            let prediction = Samples.labels(&random, 300)
            var alone = MaskedConfusions()
            try alone.accumulate(prediction: prediction, truth: truth, sample: "s")
            try together.accumulate(prediction: prediction, truth: truth, sample: "s")
            merged.merge(alone)
        }
        #expect(merged == together && merged.samples == 5)
    }
}
