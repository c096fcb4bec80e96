internal import BinaryKernels

/// Scales the channels of the current frame's features as its cameras ask for, and copies what is joined to them.
struct GateOperation: Operation {
    /// Features of every slot: blocked.
    let inputs: [FeatureMap]
    /// Gates of all cameras, `[cameras, channels]`.
    let gates: FeatureMap
    /// What follows them in the result, for every slot: blocked; empty is nothing.
    let joined: [FeatureMap]
    /// Blocked.
    let output: FeatureMap
    let blockSize: Int

    var reads: [BufferID] { (inputs + [gates] + joined).map(\.buffer) }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let images = 0..<output.images
        let sources = inputs.map { map in images.map { arena.floats(map, image: $0) } }
        let others = joined.map { map in images.map { arena.floats(map, image: $0) } }
        let targets = images.map { arena.floats(output, image: $0) }
        let gates = arena.floats(gates)
        let (pixels, block) = (output.pixels, blockSize)
        let channels = inputs[0].channels
        let joinedFloats = joined.first?.imageStride ?? 0
        return { frame in
            for image in images {
                occ_gate_blocked(
                    sources[frame.slot][image],
                    gates + image * channels,
                    pixels,
                    channels,
                    block,
                    targets[image]
                )
                if joinedFloats > 0 {
                    (targets[image] + channels * pixels).update(
                        from: others[frame.slot][image],
                        count: joinedFloats
                    )
                }
            }
        }
    }
}
