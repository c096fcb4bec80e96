import Evaluation
import TestSupport
import Testing

@Suite struct RayCountsTests {
    /// A wall of cars 20 m ahead, from floor to ceiling and from side to side.
    private let wall = RayCase.block(4, x: 150..<152, y: 0..<200, z: 0..<16)

    @Test func aPerfectPredictionHitsWithEveryRay() throws {
        let counts = try RayCase(prediction: wall, semantics: wall).counts()
        #expect(counts.rays > 500 && counts.truth[4] == counts.rays && counts.predicted == counts.truth)
        #expect(counts.hits.allSatisfy { $0 == counts.truth })
        #expect(counts.rayIoU == 1 && (0..<3).allSatisfy { counts.rayIoU(threshold: $0) == 1 })
        #expect(counts.iou(of: 3, threshold: 0) == nil && counts.iou(of: 17, threshold: 0) == nil)
    }

    /// By hand: a wall that is 4 voxels, 1.6 m, farther off than it should be.
    ///
    /// Depths are those of the voxels' far sides, through any face: they differ by 1.2 m or more, so no ray comes within 1 m.
    /// The rays straight ahead differ by 1.6 m and come within 2 m.
    @Test func thresholdsAreOfDepthsAlongTheRay() throws {
        let farther = RayCase.block(4, x: 154..<156, y: 0..<200, z: 0..<16)
        let counts = try RayCase(prediction: farther, semantics: wall, places: [[0.1, 0.1, 1.8]]).counts()
        #expect(counts.hits[0][4] == 0)
        #expect(counts.hits[1][4] > 0 && counts.hits[1][4] <= counts.hits[2][4] && counts.hits[2][4] <= counts.rays)
        // The first wall blocks fewer rays at the floor and the ceiling than the farther one lets pass.
        #expect(counts.predicted[4] + counts.predicted[17] == counts.rays && counts.predicted[4] < counts.rays)
        let score = try #require(counts.iou(of: 4, threshold: 1))
        #expect(score == Double(counts.hits[1][4]) / Double(counts.rays + counts.predicted[4] - counts.hits[1][4]))
        #expect(counts.rayIoU(threshold: 0) == 0)
        let mean = try (0..<3).map { try #require(counts.rayIoU(threshold: $0)) }.reduce(0, +) / 3
        #expect(abs(try #require(counts.rayIoU) - mean) < 1e-15)
    }

    @Test func onlyRaysThatMeetTheTruthAreScored() throws {
        let free = try RayCase(prediction: wall, semantics: RayCase.empty).counts()
        #expect(free.rays == 0 && free.rayIoU == nil && free.samples == 1)
        let missed = try RayCase(prediction: RayCase.empty, semantics: wall).counts()
        #expect(missed.rays > 0 && missed.predicted[17] == missed.rays && missed.rayIoU == 0)
        let confused = try RayCase(prediction: wall.map { $0 == 4 ? 10 : $0 }, semantics: wall).counts()
        #expect(confused.predicted[10] == confused.rays && confused.iou(of: 10, threshold: 2) == 0)
        #expect(confused.hits.allSatisfy { $0.allSatisfy { $0 == 0 } })
    }

    /// The origin's own voxel counts as any other: all rays end in it.
    @Test func anOriginInsideSomethingSeesOnlyThat() throws {
        let around = RayCase.block(15, x: 90..<110, y: 90..<110, z: 0..<16)
        let counts = try RayCase(prediction: around, semantics: around).counts()
        #expect(counts.truth[15] == 14_040 && counts.hits[0][15] == 14_040)
    }

    @Test func mergingIsAdding() throws {
        var random = SeededGenerator(seed: 3)
        var together = RayCounts()
        var merged = RayCounts()
        for _ in 0..<3 {
            let sample = RayCase(random: &random, oneIn: 100, places: 1)
            try together.accumulate(
                prediction: sample.prediction,
                semantics: sample.semantics,
                origins: sample.origins,
                sample: "s"
            )
            merged.merge(try sample.counts())
        }
        #expect(merged == together && merged.samples == 3 && merged.rays > 0)
        // Rays of several origins add up too.
        var apart = RayCounts()
        let sample = RayCase(random: &random, oneIn: 100, places: 2)
        for place in sample.places {
            var alone = sample
            alone.places = [place]
            apart.merge(try alone.counts())
        }
        let both = try sample.counts()
        #expect(both.truth == apart.truth && both.hits == apart.hits && both.samples == 1 && apart.samples == 2)
    }

    @Test func wrongArraysAreErrorsThatNameTheSampleAndCountNothing() throws {
        var bad = wall
        bad[639_999] = 18
        let cases: [(EvaluationError.Kind, [UInt8], [UInt8])] = [
            (.invalidPrediction, bad, wall), (.invalidGroundTruth, wall, bad),
            (.invalidPrediction, [], wall), (.invalidGroundTruth, wall, wall + [17]),
        ]
        let before = try RayCase(prediction: wall, semantics: wall).counts()
        var counts = before
        let origins = try LidarOrigins(candidates: [RayCase.lidar], sample: "s")
        for (kind, prediction, semantics) in cases {
            let error = #expect(throws: EvaluationError.self) {
                try counts.accumulate(prediction: prediction, semantics: semantics, origins: origins, sample: "token-7")
            }
            #expect(error?.kind == kind && error?.source == "token-7" && counts == before)
        }
    }

    /// Heights that no lidar has end in bounded time and without a trap: no ray arrives, and free corners are not scored.
    @Test(arguments: [1e6, -1e6, 1e15, -1e300]) func absurdHeightsMeetNothing(z: Double) throws {
        #expect(try RayCase(prediction: wall, semantics: wall, places: [[0, 0, z]]).counts().rays == 0)
    }
}
