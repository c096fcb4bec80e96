internal import BinaryKernels
internal import TensorRuntime

/// Scales the channels of the current frame's features as its cameras ask for, and copies what is joined to them.
struct GateOperation: Operation, PreparedOperation {
    /// Features of every slot: blocked.
    let features: [Tensor]
    /// Gates of all cameras, `[cameras, channels]`.
    let gates: Tensor
    /// What follows them in the result, for every slot: blocked; empty is nothing.
    let joined: [Tensor]
    /// Blocked.
    let output: Tensor

    var reads: [Tensor] { features + [gates] + joined }
    var writes: [Tensor] { [output] }
    var inputs: [InputID] { [FrameSlots.current.id] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        let images = 0..<output.images
        let sources = features.map { map in images.map { memory.floats(map, image: $0) } }
        let others = joined.map { map in images.map { memory.floats(map, image: $0) } }
        let targets = images.map { memory.floats(output, image: $0) }
        let gates = memory.floats(gates)
        let (pixels, block) = (output.pixels, memory.blockSize)
        let channels = features[0].channels
        let joinedFloats = joined.first?.imageStride ?? 0
        return { inputs in
            let slot = inputs.value(FrameSlots.current)
            for image in images {
                occ_gate_blocked(
                    sources[slot][image],
                    gates + image * channels,
                    pixels,
                    channels,
                    block,
                    targets[image]
                )
                if joinedFloats > 0 {
                    (targets[image] + channels * pixels).update(
                        from: others[slot][image],
                        count: joinedFloats
                    )
                }
            }
        }
    }
}
