internal import BinaryKernels

/// Sums weighted features into the cells that the frame's calibration gives them.
struct PoolCellsOperation: Operation {
    /// Maps of every slot: features and depth distributions.
    let sources: [(features: FeatureMap, depth: FeatureMap)]
    let output: FeatureMap

    var reads: [BufferID] { sources.flatMap { [$0.features.buffer, $0.depth.buffer] } }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let slots = sources.map { (x: arena.floats($0.features), weights: arena.floats($0.depth)) }
        let y = arena.floats(output)
        let (features, output) = (sources[0].features, output)
        return { frame in
            let pooling = frame.pooling
            occ_pool_cells(
                slots[frame.slot].weights,
                slots[frame.slot].x,
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
