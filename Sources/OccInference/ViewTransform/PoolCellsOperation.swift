internal import BinaryKernels
internal import TensorRuntime

/// Sums weighted features into the cells that the frame's calibration gives them; weights are float32, maps float32 or bfloat16.
struct PoolCellsOperation: Operation, PreparedOperation {
    /// Maps of every slot: features and depth distributions.
    let sources: [(features: Tensor, depth: Tensor)]
    let output: Tensor

    var reads: [Tensor] { sources.flatMap { [$0.features, $0.depth] } }
    var writes: [Tensor] { [output] }
    var inputs: [InputID] { [VoxelPooling.ofFrame.id, FrameSlots.current.id] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        let slots = sources.map { (x: memory.map($0.features), weights: memory.floats($0.depth)) }
        let y = memory.target(output)
        let (features, output) = (sources[0].features, output)
        return { inputs in
            let pooling = inputs.value(VoxelPooling.ofFrame)
            let slot = slots[inputs.value(FrameSlots.current)]
            occ_pool_cells(
                slot.weights,
                slot.x,
                features.channels,
                pooling.depths,
                pooling.features,
                pooling.starts,
                pooling.cells,
                pooling.cells.count,
                output.images * output.pixels,
                y
            )
        }
    }
}
