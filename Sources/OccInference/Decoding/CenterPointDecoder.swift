internal import BinaryKernels
internal import Glibc
internal import TensorRuntime

/// Takes the cells of highest score and reads their boxes, in float32 as published.
///
/// Source: `decode` of `CenterPointBBoxCoder` in `coders/centerpoint_bbox_coders.py`, with `norm_bbox=True`.
struct CenterPointDecoder: Sendable {
    private let width: Int
    private let pixels: Int
    private let classes: Int
    /// Candidates of one class and of all.
    private let count: Int
    private let cellFactor: Float
    private let voxelSize: SIMD2<Float>
    private let origin: SIMD2<Float>
    private let lowest: SIMD3<Float>
    private let highest: SIMD3<Float>
    private let scoreThreshold: Float

    init(_ configuration: DetectionConfiguration, height: Int, width: Int) {
        self.width = width
        pixels = height * width
        classes = configuration.classNames.count
        count = min(configuration.mostCandidates, height * width)
        cellFactor = Float(configuration.outSizeFactor)
        voxelSize = SIMD2(configuration.voxelSize.map { Float($0) })
        origin = SIMD2(configuration.origin.map { Float($0) })
        lowest = SIMD3(configuration.centreRange.prefix(3).map { Float($0) })
        highest = SIMD3(configuration.centreRange.suffix(3).map { Float($0) })
        scoreThreshold = Float(configuration.scoreThreshold)
    }

    /// Memory for choosing cells.
    struct Queues {
        /// All cells of one class.
        let cells: UnsafeMutablePointer<occ_scored>
        /// The best cells of every class, one class after the other.
        let candidates: UnsafeMutablePointer<occ_scored>
        /// The cells that these were found in.
        let candidateCells: UnsafeMutablePointer<Int32>
    }

    func queues(_ scratch: inout Scratch) -> Queues {
        Queues(
            cells: scratch.elements(pixels, of: occ_scored.self),
            candidates: scratch.elements(classes * count, of: occ_scored.self),
            candidateCells: scratch.elements(classes * count, of: Int32.self)
        )
    }

    /// The boxes within bounds, highest score first; of equal scores in the order of `torch.topk`.
    func decode(_ maps: BoundDetectionMaps, _ queues: Queues) -> [DetectedBox] {
        for label in 0..<classes {
            for pixel in 0..<pixels {
                queues.cells[pixel] = occ_scored(score: Self.sigmoid(maps.heatmap[pixel, label]), index: Int32(pixel))
            }
            occ_top_scores(queues.cells, pixels, count)
            for rank in 0..<count {
                let place = label * count + rank
                queues.candidates[place] = occ_scored(score: queues.cells[rank].score, index: Int32(place))
                queues.candidateCells[place] = queues.cells[rank].index
            }
        }
        occ_top_scores(queues.candidates, classes * count, count)
        return (0..<count).compactMap { rank in
            let candidate = queues.candidates[rank]
            guard candidate.score > scoreThreshold else { return nil }
            let place = Int(candidate.index)
            let box = box(
                maps,
                pixel: Int(queues.candidateCells[place]),
                label: place / count,
                score: candidate.score
            )
            let centre = SIMD3(box.x, box.y, box.z)
            return all(centre .>= lowest) && all(centre .<= highest) ? box : nil
        }
    }

    private func box(_ maps: BoundDetectionMaps, pixel: Int, label: Int, score: Float) -> DetectedBox {
        let cell = SIMD2(Float(pixel % width), Float(pixel / width))
        let offset = SIMD2(maps.offset[pixel, 0], maps.offset[pixel, 1])
        let centre = (cell + offset) * cellFactor * voxelSize + origin
        return DetectedBox(
            x: centre.x,
            y: centre.y,
            z: maps.height[pixel, 0],
            size: SIMD3(exp(maps.size[pixel, 0]), exp(maps.size[pixel, 1]), exp(maps.size[pixel, 2])),
            yaw: atan2(maps.rotation[pixel, 0], maps.rotation[pixel, 1]),
            velocity: SIMD2(maps.velocity[pixel, 0], maps.velocity[pixel, 1]),
            score: score,
            label: label
        )
    }

    private static func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
}
