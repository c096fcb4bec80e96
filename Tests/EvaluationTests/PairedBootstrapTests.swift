import Scenes
import TestSupport
import Testing

@testable import Evaluation

/// Differences of runs and their intervals, on made-up counts.
@Suite("Paired bootstrap") struct PairedBootstrapTests {
    private static let seed: UInt64 = 7

    /// A confusion of cars and road: of 100 voxels each so many right, the others free.
    private func confusion(cars: Int, road: Int) -> OccupancyConfusion {
        var counts = [UInt64](repeating: 0, count: OccupancyClass.count * OccupancyClass.count)
        for (label, right) in [(4, cars), (11, road)] {
            counts[label * OccupancyClass.count + label] = UInt64(right)
            counts[label * OccupancyClass.count + 17] = UInt64(100 - right)
        }
        return OccupancyConfusion(counts: counts, samples: 1)
    }

    private func run(_ scenes: [(Int, Int)]) -> PooledConfusions {
        PooledConfusions(scenes.map { confusion(cars: $0.0, road: $0.1) })
    }

    private func differences(_ a: [(Int, Int)], _ b: [(Int, Int)], seed: UInt64 = seed) -> [ScoreDifference] {
        PairedBootstrap.differences(run(a), run(b), draws: SceneDraws(sceneCount: a.count, seed: seed))
    }

    /// Scenes whose scores lie far apart.
    private let scenes = (0..<20).map { (20 + 3 * $0, 90 - 2 * $0) }

    @Test("The same run twice differs by exactly nothing, and so do its resamples")
    func equal() {
        for difference in differences(scenes, scenes) where difference.a != nil {
            #expect(difference.difference == 0 && difference.interval == 0...0, "\(difference)")
            #expect(difference.verdict == .noDifference)
        }
    }

    @Test("A loss that every scene has is found, however far scenes lie apart; seen from the other side it is a gain")
    func planted() throws {
        let worse = scenes.map { ($0.0 - 4, $0.1) }
        let lost = differences(scenes, worse)
        // Cars lose 4 points everywhere, and mIoU half of that: the difference of sums is the same in every resample.
        #expect(abs((lost[0].difference ?? 0) + 2) < 1e-9 && lost[0].verdict == .worse)
        let car = try #require(lost.first { $0.score.title == "car" })
        let interval = try #require(car.interval)
        #expect(abs((car.difference ?? 0) + 4) < 1e-9 && car.verdict == .worse)
        #expect(abs(interval.lowerBound + 4) < 1e-9 && abs(interval.upperBound + 4) < 1e-9)
        #expect(lost.first { $0.score.title == "driveable_surface" }?.verdict == .noDifference)
        let won = differences(worse, scenes)
        #expect(won[0].verdict == .better && won[0].difference == lost[0].difference.map { -$0 })
    }

    @Test("A class of which one run alone has a few voxels in one scene does not widen the interval")
    func strayClass() throws {
        // In one scene in twenty, flat ground is true, and found by both; in another, B alone predicts one voxel of it.
        func run(stray: UInt64) -> PooledConfusions {
            PooledConfusions(
                scenes.indices.map { scene in
                    var counts = confusion(cars: scenes[scene].0, road: scenes[scene].1).counts
                    if scene == 0 { counts[12 * OccupancyClass.count + 12] = 100 }
                    if scene == 5 { counts[17 * OccupancyClass.count + 12] = stray }
                    return OccupancyConfusion(counts: counts, samples: 1)
                }
            )
        }
        let draws = SceneDraws(sceneCount: scenes.count, seed: Self.seed)
        let mean = try #require(PairedBootstrap.differences(run(stray: 0), run(stray: 1), draws: draws).first)
        let interval = try #require(mean.interval)
        // A stray voxel or some beside a hundred cost the class a few points, and the mean of three classes a third of that; a class of
        // strays alone would cost it 20.
        #expect(interval.lowerBound > -2 && interval.upperBound == 0, "\(interval)")
    }

    @Test("Gains and losses of scenes that cancel are no difference, and the interval says how little is known")
    func mixed() throws {
        let other = scenes.enumerated().map { ($1.0 + ($0 % 2 == 0 ? 10 : -10), $1.1) }
        let all = differences(scenes, other)
        let interval = try #require(all[0].interval)
        #expect(all[0].verdict == .noDifference && interval.lowerBound < -0.5 && interval.upperBound > 0.5)
    }

    @Test("The interval of a mean is as wide as theory has it")
    func width() throws {
        // Half of 100 scenes gain 10 points of cars: the sum is a mean, whose standard error is 5 / 10 points.
        let base = (0..<100).map { _ in (50, 50) }
        let other = base.enumerated().map { ($1.0 + ($0 % 2 == 0 ? 10 : 0), $1.1) }
        let car = try #require(differences(base, other).first { $0.score.title == "car" })
        let interval = try #require(car.interval)
        #expect(abs((car.difference ?? 0) - 5) < 1e-9 && car.verdict == .better)
        #expect(abs(interval.lowerBound - 4.02) < 0.12 && abs(interval.upperBound - 5.98) < 0.12, "\(interval)")
    }

    @Test("The score of a resample is that of its pooled counts, and no mean of the scores of scenes")
    func pooled() {
        // A scene of one voxel and one of 100 voxels.
        var counts = [UInt64](repeating: 0, count: OccupancyClass.count * OccupancyClass.count)
        counts[4 * OccupancyClass.count + 17] = 1
        let tiny = OccupancyConfusion(counts: counts, samples: 1)
        let pooled = PooledConfusions([tiny, confusion(cars: 100, road: 100)])
        #expect(pooled.whole(sceneCount: 2)[0].map { abs($0 - 50 * (100.0 / 101 + 1)) < 1e-9 } == true)
        let singles = pooled.singles(sceneCount: 2)
        #expect(singles[0][0] == 0 && singles[1][0] == 100 && singles[0].last == .some(nil))
    }

    @Test("Fewer than five scenes, or a class in fewer than five, get no interval")
    func few() {
        let four = Array(scenes.prefix(4))
        #expect(differences(four, four.map { ($0.0 - 5, $0.1) })[0].verdict == .tooFewScenes)
        let five = Array(scenes.prefix(5))
        #expect(differences(five, five.map { ($0.0 - 5, $0.1) })[0].verdict == .worse)
        #expect(differences(five, five).first { $0.score.title == "bus" }?.verdict == .undefined)
        // Buses in four scenes only.
        let buses = (0..<20).map { scene in
            var counts = [UInt64](repeating: 0, count: OccupancyClass.count * OccupancyClass.count)
            counts[4 * OccupancyClass.count + 4] = 10
            if scene < 4 { counts[3 * OccupancyClass.count + 3] = 10 }
            return OccupancyConfusion(counts: counts, samples: 1)
        }
        let draws = SceneDraws(sceneCount: 20, seed: Self.seed)
        let all = PairedBootstrap.differences(PooledConfusions(buses), PooledConfusions(buses), draws: draws)
        #expect(all.first { $0.score.title == "bus" }?.interval == nil)
        #expect(all.first { $0.score.title == "car" }?.interval == 0...0)
    }

    @Test("One seed gives one set of draws, of as many scenes as there are; another gives others")
    func draws() {
        let draws = SceneDraws(sceneCount: 9, resampleCount: 40, seed: 3)
        #expect(draws.blocks.count == 2)
        for lane in 0..<40 {
            let sum = draws.blocks[lane / 32].counts.reduce(0) { $0 + $1[lane % 32] }
            #expect(sum == 9)
        }
        #expect(SceneDraws(sceneCount: 9, resampleCount: 40, seed: 3).blocks[0].counts == draws.blocks[0].counts)
        #expect(SceneDraws(sceneCount: 9, resampleCount: 40, seed: 4).blocks[0].counts != draws.blocks[0].counts)
        // The generator's first three numbers from 0, by the published code, decide the first draws.
        let first = SceneDraws(sceneCount: 1 << 13, resampleCount: 1, seed: 0).blocks[0].counts
        for drawn in [0xE220 >> 3, 0x6E78 >> 3, 0x06C4 >> 3] { #expect(first[drawn][0] >= 1) }
    }

    @Test("RayIoU is compared over thresholds, at each, and by class")
    func rays() throws {
        func counts(_ hits: [UInt64]) -> RayCounts {
            var counts = RayCounts()
            counts.samples = 1
            counts.truth[4] = 100
            counts.predicted[4] = 100
            for index in hits.indices { counts.hits[index][4] = hits[index] }
            return counts
        }
        let a = [[50, 60, 100], [0, 0, 0]].map { counts($0) }
        let values = PooledRays(a).whole(sceneCount: 2)
        var sum = a[0]
        sum.merge(a[1])
        #expect(values[0].map { abs($0 - 100 * (sum.rayIoU ?? 0)) < 1e-9 } == true)
        for index in 0..<3 {
            #expect(values[1 + index].map { abs($0 - 100 * (sum.rayIoU(threshold: index) ?? 0)) < 1e-9 } == true)
        }
        #expect(PooledRays(a).names.map(\.title).prefix(4) == ["RayIoU", "RayIoU@1", "RayIoU@2", "RayIoU@4"])
        #expect(values[4 + 4] == values[0] && values[4] == .some(nil))
    }
}
