internal import BinaryKernels

/// Sums weighted features into the cells that the frame's calibration gives them.
struct PoolCellsOperation: Operation {
    let features: FeatureMap
    let depth: FeatureMap
    let output: FeatureMap

    var reads: [BufferID] { [features.buffer, depth.buffer] }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let (x, weights, y) = (arena.floats(features), arena.floats(depth), arena.floats(output))
        let (features, output) = (features, output)
        return { frame in
            let pooling = frame.pooling
            occ_pool_cells(
                weights,
                x,
                features.pixelStride,
                features.channels,
                pooling.depths,
                pooling.features,
                pooling.starts,
                pooling.cells,
                pooling.cells.count,
                output.images * output.pixels,
                y,
                output.pixelStride
            )
        }
    }
}
