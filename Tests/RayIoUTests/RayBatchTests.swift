import BinaryKernels
import Scenes
import TestSupport
import Testing

@testable import Evaluation

@Suite("Rays walked together")
struct RayBatchTests {
    /// Instruction sets that this machine runs.
    private static let instructionSets = [
        occ_isa_scalar, occ_isa_neon, occ_isa_avx2, occ_isa_avx2_pairs, occ_isa_avx512,
    ].filter {
        occ_kernels_for($0) != nil
    }

    /// Labels, of which so many in a thousand are not free.
    private static func labels(_ occupied: Int, _ random: inout SeededGenerator) -> [UInt8] {
        (0..<640_000).map { _ in
            Int.random(in: 0..<1000, using: &random) < occupied ? UInt8.random(in: 0..<17, using: &random) : 17
        }
    }

    @Test("Every instruction set counts what one ray after the other counts", arguments: [0, 2, 40, 1000])
    func agreement(occupied: Int) throws {
        var random = SeededGenerator(seed: UInt64(occupied + 1))
        let grid = try PairedGrid(
            prediction: Self.labels(occupied, &random),
            semantics: Self.labels(occupied, &random),
            sample: "s"
        )
        var places = [
            // On boundaries, in the grid's corners, at its floor, and outside it.
            SIMD3(0.0, 0, 1.8), SIMD3(-38.99, 38.99, 5.39), SIMD3(38.99, -38.99, -0.99), SIMD3(0.4, -0.4, -1.2),
            SIMD3(3, 4, 7), SIMD3(3, 4, -3),
        ]
        for _ in 0..<2 {
            places.append(
                SIMD3(
                    .random(in: -39..<39, using: &random),
                    .random(in: -39..<39, using: &random),
                    .random(in: -1..<5.4, using: &random)
                )
            )
        }
        for place in places {
            var expected = RayTally()
            expected.castOneByOne(from: place, through: grid)
            for instructionSet in Self.instructionSets {
                var tally = RayTally()
                var batch = RayBatch(instructionSet)
                tally.cast(from: place, through: grid, by: &batch)
                #expect(tally.rays == expected.rays, "\(place), \(instructionSet)")
            }
        }
    }

    @Test("Every instruction set gives the same bits for each ray")
    func bits() throws {
        var random = SeededGenerator(seed: 7)
        let grid = try PairedGrid(
            prediction: Self.labels(5, &random),
            semantics: Self.labels(5, &random),
            sample: "s"
        )
        var batches = Self.instructionSets.map { RayBatch($0) }
        for index in batches.indices {
            let isInside = batches[index].walk(from: SIMD3(1.3, -2.2, 1.84), through: grid)
            #expect(isInside)
        }
        for other in batches.dropFirst() {
            #expect(other.found == batches[0].found)
            #expect(other.truthDepths.map(\.bitPattern) == batches[0].truthDepths.map(\.bitPattern))
            #expect(other.predictionDepths.map(\.bitPattern) == batches[0].predictionDepths.map(\.bitPattern))
        }
    }
}
