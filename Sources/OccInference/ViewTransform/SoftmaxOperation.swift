internal import BinaryKernels

/// Softmax over channels.
struct SoftmaxOperation: Operation {
    let input: FeatureMap
    let output: FeatureMap

    var reads: [BufferID] { [input.buffer] }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let (x, y) = (arena.floats(input), arena.floats(output))
        let (input, output) = (input, output)
        return { _ in
            occ_softmax(
                x,
                input.pixelStride,
                input.images * input.pixels,
                input.channels,
                y,
                output.pixelStride
            )
        }
    }
}
