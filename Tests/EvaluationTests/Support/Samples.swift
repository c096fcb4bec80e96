import Evaluation
import Scenes
import TestSupport

/// Predictions and ground truths from a seed.
enum Samples {
    static let voxels = 640_000

    static func truth(_ random: inout SeededGenerator, voxels: Int = voxels) -> VoxelLabels {
        let semantics = labels(&random, voxels)
        let masks = (0..<voxels).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        // Any value but 0 means "observed", as numpy's astype(bool) has it.
        return VoxelLabels(
            semantics: semantics,
            maskLidar: masks.map { $0 & 3 },
            maskCamera: masks.map { $0 >> 2 & 1 == 0 ? 0 : 255 }
        )
    }

    static func labels(_ random: inout SeededGenerator, _ voxels: Int = voxels) -> [UInt8] {
        (0..<voxels).map { _ in
            let draw = random.next()
            return draw & 3 == 0 ? UInt8((draw >> 8 & 0xFFFF) % 18) : 17
        }
    }

    /// A copy in which one in so many voxels has another label.
    static func corrupted(_ labels: [UInt8], oneIn rate: UInt64, _ random: inout SeededGenerator) -> [UInt8] {
        labels.map { label in
            let draw = random.next()
            return draw % rate == 0 ? UInt8((draw >> 32 & 0xFFFF) % 18) : label
        }
    }
}
