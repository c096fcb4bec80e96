import Evaluation
import Scenes
import Testing

@Suite struct LidarOriginsTests {
    private let half = 0.5.squareRoot()

    private func frame(_ x: Double, _ y: Double = 0, rotation q: SIMD4<Double> = [1, 0, 0, 0]) -> LidarKeyframe {
        LidarKeyframe(
            sample: "sample \(x)",
            egoToGlobal: RigidTransform(
                translation: [x, y, 0],
                rotation: Quaternion(w: q[0], x: q[1], y: q[2], z: q[3])
            ),
            lidarToEgo: RigidTransform(translation: [0.9, 0, 1.8], rotation: Quaternion(w: half, x: 0, y: 0, z: -half))
        )
    }

    @Test func placesAreSeenFromTheReference() throws {
        // The second stands 10 m ahead of the first and looks to its left.
        let frames = [frame(100, 50), frame(110, 50, rotation: [half, 0, 0, half])]
        let first = try LidarOrigins(of: 0, in: frames).positions
        let second = try LidarOrigins(of: 1, in: frames).positions
        func expect(_ place: SIMD3<Double>, _ expected: SIMD3<Double>) {
            let apart = place - expected
            #expect((apart * apart).sum().squareRoot() < 1e-5, "\(place)")
        }
        // Exact for the reference itself.
        #expect(first[0] == [0.9, 0, 1.8] && second[1] == [0.9, 0, 1.8])
        expect(first[1], [10, 0.9, 1.8])
        expect(second[0], [0, 9.1, 1.8])
    }

    @Test func lengthsOfQuaternionsDoNotMatter() throws {
        let plain = [frame(0, 0, rotation: [0.8, 0, 0, 0.6]), frame(5)]
        let scaled = [frame(0, 0, rotation: [8, 0, 0, 6]), frame(5)]
        for index in 0..<2 {
            let pairs = zip(
                try LidarOrigins(of: index, in: plain).positions,
                try LidarOrigins(of: index, in: scaled).positions
            )
            for (one, other) in pairs { #expect(((one - other) * (one - other)).sum() < 1e-12) }
        }
    }

    @Test func onlyNearPlacesCount() throws {
        let candidates: [SIMD3<Double>] = [
            [39, 0, 0], [38.999, 0, 1], [0, -39, 0], [0, -38.999, 2], [.nan, 0, 0], [0, .infinity, 0],
        ]
        #expect(try LidarOrigins(candidates: candidates, sample: "s").positions == [[38.999, 0, 1], [0, -38.999, 2]])
        // 30 m between keyframes: each sees itself and its neighbours.
        let origins = try LidarOrigins.all(of: (0..<5).map { frame(Double($0) * 30) })
        #expect(origins.map(\.positions.count) == [2, 3, 3, 3, 2])
    }

    /// numpy.round(numpy.linspace(0, n - 1, 8)), computed with numpy.
    @Test(arguments: [
        (8, [0, 1, 2, 3, 4, 5, 6, 7]), (9, [0, 1, 2, 3, 5, 6, 7, 8]), (10, [0, 1, 3, 4, 5, 6, 8, 9]),
        (16, [0, 2, 4, 6, 9, 11, 13, 15]), (39, [0, 5, 11, 16, 22, 27, 33, 38]), (41, [0, 6, 11, 17, 23, 29, 34, 40]),
    ])
    func eightOfManyAreSpreadOut(count: Int, expected: [Int]) throws {
        let candidates = (0..<count).map { SIMD3(Double($0) / 2, 0, 1) }
        let positions = try LidarOrigins(candidates: candidates, sample: "s").positions
        #expect(positions.map { Int($0.x * 2) } == expected)
    }

    @Test func badTablesAreErrorsThatNameTheSample() throws {
        #expect(throws: LidarOriginsError.self) { try LidarOrigins(candidates: [], sample: "s") }
        #expect(throws: LidarOriginsError.self) { try LidarOrigins(candidates: [[50, 0, 0]], sample: "s") }
        #expect(throws: LidarOriginsError.self) { try LidarOrigins(candidates: [[0, 0, .nan]], sample: "s") }
        for index in [-1, 2] {
            #expect(throws: LidarOriginsError.self) { try LidarOrigins(of: index, in: [frame(0), frame(1)]) }
        }
        for bad in [
            frame(.nan), frame(0, .infinity), frame(7, 0, rotation: .zero), frame(7, 0, rotation: [.nan, 0, 0, 1]),
            frame(7, 0, rotation: SIMD4(repeating: 1e200)),
        ] {
            let error = #expect(throws: LidarOriginsError.self) { try LidarOrigins(of: 0, in: [frame(0), bad]) }
            #expect(error?.sample == bad.sample && error?.description.contains(bad.sample) == true)
        }
    }
}
