import Evaluation
import Foundation
import Scenes
import Testing

/// Counts, scores and origins against files that `ops/evaluation/rayiou_goldens.py` wrote from numpy.
@Suite struct GoldenTests {
    struct Scene: Decodable {
        struct Transform: Decodable {
            let translation: [Double]
            let rotation: [Double]

            var value: RigidTransform {
                RigidTransform(
                    translation: SIMD3(translation),
                    rotation: Quaternion(w: rotation[0], x: rotation[1], y: rotation[2], z: rotation[3])
                )
            }
        }

        struct Keyframe: Decodable {
            let ego: Transform
            let lidar: Transform
        }

        let keyframes: [Keyframe]
        let origins: [[[Double]]]
    }

    private func json<Value: Decodable>(_ name: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(fileURLWithPath: Places.golden(name))))
    }

    @Test(arguments: ["boxes", "scattered", "outside", "nothing", "synthetic"])
    func countsAndScoresAreTheOracles(name: String) throws {
        let expected: [String: OracleScores] = try json("counts.json")
        let counts = try RayCase(contentsOf: Places.golden("\(name).npz")).counts()
        try #require(expected[name]).expectAgreement(with: counts, name)
        #expect(counts.samples == 1 && (name == "nothing") == (counts.rays == 0))
    }

    @Test func originsAreTheOracles() throws {
        let scenes: [Scene] = try json("origins.json")
        #expect(scenes.map(\.keyframes.count) == [6, 6, 41, 9])
        for scene in scenes {
            let keyframes = scene.keyframes.enumerated().map {
                LidarKeyframe(sample: "\($0)", egoToGlobal: $1.ego.value, lidarToEgo: $1.lidar.value)
            }
            let origins = try LidarOrigins.all(of: keyframes)
            #expect(origins.count == scene.origins.count)
            for (ours, theirs) in zip(origins, scene.origins) {
                #expect(ours.positions.count == theirs.count && (1...8).contains(theirs.count))
                for (place, numbers) in zip(ours.positions, theirs) {
                    let apart = place - SIMD3(numbers)
                    // The two inverses round in another order; beside float32's 4e-6 m at this range that is nothing.
                    #expect(max(abs(apart.x), abs(apart.y), abs(apart.z)) < 1e-11)
                }
            }
        }
    }
}
