import BinaryKernels
import TensorRuntime
import Testing

@testable import OccInference

/// From small maps to boxes.
@Suite struct DetectionDecodingTests {
    private static let width = 4
    private static let height = 3

    /// Two classes on a grid of 4 x 3 cells of 0.8 m whose lower corner is at (-10, 20).
    private static var configuration: DetectionConfiguration {
        var configuration = DetectionConfiguration.nuScenes
        configuration.classNames = ["car", "pedestrian"]
        configuration.rescaleFactors = [1, 4]
        configuration.origin = [-10, 20]
        configuration.mostCandidates = 5
        return configuration
    }

    /// Maps of zeros, heatmaps of "no".
    private final class Maps {
        var values: [[Float]] = [2, 1, 3, 2, 2, 2].map {
            [Float](repeating: 0, count: $0 * DetectionDecodingTests.width * DetectionDecodingTests.height)
        }

        init() { values[5] = values[5].map { _ in -20 } }

        func set(_ map: Int, cell: (x: Int, y: Int), _ numbers: [Float]) {
            for (channel, number) in numbers.enumerated() {
                values[map][(cell.y * DetectionDecodingTests.width + cell.x) * numbers.count + channel] = number
            }
        }

        /// Runs the whole operation as a network does.
        func detections(_ configuration: DetectionConfiguration) throws -> Detections {
            let (builder, segment) = (ProgramBuilder(), Segment("decoding"))
            let maps = values.map {
                builder.tensor(
                    images: 1,
                    height: DetectionDecodingTests.height,
                    width: DetectionDecodingTests.width,
                    channels: $0.count / DetectionDecodingTests.width / DetectionDecodingTests.height
                )
            }
            builder.hold(maps)
            let operation = try DetectionOperation(maps: DetectionMaps(maps), configuration: configuration)
            builder.segment(segment) { builder.append(operation) }
            let program = try BoundProgram(Program(builder, PreparationContext(NoParameters())))
            for (map, list) in zip(maps, values) { program.floats(map).update(from: list, count: list.count) }
            var result = Detections()
            try withUnsafeMutablePointer(to: &result) {
                var inputs = RunInputs()
                inputs[Detections.result] = $0
                try program.run(segment, inputs)
            }
            return result
        }
    }

    @Test func readsABoxFromItsCell() throws {
        let maps = Maps()
        maps.set(0, cell: (2, 1), [0.25, 0.5])
        maps.set(1, cell: (2, 1), [1.5])
        maps.set(2, cell: (2, 1), [1, 0, -1])
        maps.set(3, cell: (2, 1), [1, 0])
        maps.set(4, cell: (2, 1), [3, -4])
        maps.set(5, cell: (2, 1), [-20, 0])
        let result = try maps.detections(Self.configuration)
        let box = try #require(result.decoded.first)
        #expect(result.decoded.count == 1 && result.boxes.count == 1)
        #expect(box.label == 1 && box.score == 0.5 && box.velocity == SIMD2(3, -4))
        #expect(abs(box.x - (-10 + 2.25 * 0.8)) < 1e-5 && abs(box.y - (20 + 1.5 * 0.8)) < 1e-5 && box.z == 1.5)
        #expect(abs(box.size.x - 2.7182817) < 1e-5 && box.size.y == 1 && abs(box.yaw - .pi / 2) < 1e-6)
        // After suppression the height is that of the bottom; sizes are the head's again.
        #expect(abs(result.boxes[0].z - (1.5 - box.size.z / 2)) < 1e-6)
        #expect(abs(result.boxes[0].size.x - box.size.x) < 1e-5)
    }

    @Test func leavesOutWhatIsOutOfBounds() throws {
        let maps = Maps()
        maps.set(5, cell: (0, 0), [5, -20])
        maps.set(1, cell: (0, 0), [10.5])
        maps.set(5, cell: (3, 2), [5, -20])
        maps.set(1, cell: (3, 2), [10])
        // A score must be more than the threshold of 0.1.
        maps.set(5, cell: (1, 1), [-2.3, -20])
        let result = try maps.detections(Self.configuration)
        #expect(result.decoded.map(\.z) == [10])
    }

    @Test func scalesSizesWhileItSuppresses() throws {
        // Two squares of 1 m, 0.8 m apart: apart enough for cars, not for pedestrians, who count as 4 m wide.
        for (label, count) in [(0, 2), (1, 1)] {
            let maps = Maps()
            for (cell, logit) in [((x: 0, y: 0), Float(1)), ((x: 1, y: 0), 2)] {
                maps.set(3, cell: cell, [0, 1])
                maps.set(5, cell: cell, label == 0 ? [logit, -20] : [-20, logit])
            }
            let result = try maps.detections(Self.configuration)
            #expect(result.decoded.count == 2)
            #expect(result.boxes.count == count, "label \(label)")
            // The higher score stays, and comes first.
            #expect(result.boxes.first?.x == result.decoded.map(\.x).max())
        }
    }

    @Test func takesNoMoreThanAskedFor() throws {
        let maps = Maps()
        maps.values[5] = maps.values[5].map { _ in 1 }
        var configuration = Self.configuration
        configuration.overlapThreshold = 2
        #expect(try maps.detections(configuration).decoded.count == 5)
        configuration.mostAfterSuppression = 3
        #expect(try maps.detections(configuration).boxes.count == 3)
        configuration.mostCandidates = 4096
        #expect(try maps.detections(configuration).decoded.count == Self.width * Self.height)
    }

    @Test(arguments: [(1, 1), (100, 1), (100, 2), (100, 50), (100, 100), (6400, 100)])
    func topScores(_ count: Int, _ k: Int) {
        let draws = FormulaWeights(seed: 5).tensor("scores", shape: [count], amplitude: 1, offset: 0)
        // Many are equal.
        var scores = draws.enumerated().map { occ_scored(score: ($1 * 8).rounded(), index: Int32($0)) }
        occ_top_scores(&scores, count, k)
        let expected = draws.map { ($0 * 8).rounded() }.sorted(by: >).prefix(k)
        #expect(scores.prefix(k).map(\.score) == Array(expected))
        #expect(Set(scores.map(\.index)).count == count)
        #expect(scores.allSatisfy { (draws[Int($0.index)] * 8).rounded() == $0.score })
    }
}

/// For operations without parameters.
private final class NoParameters: ParameterSource {
    struct Absent: Error {}

    func floats(_ name: String, count: Int) throws -> UnsafePointer<Float> { throw Absent() }
    func words(_ name: String, count: Int) throws -> UnsafePointer<UInt32> { throw Absent() }
    func contains(_ name: String) -> Bool { false }
}
