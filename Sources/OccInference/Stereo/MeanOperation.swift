internal import BinaryKernels

/// Mean over all pixels of every image of a blocked map.
struct MeanOperation: Operation {
    let input: FeatureMap
    /// Blocked, one pixel an image.
    let output: FeatureMap
    let blockSize: Int

    var reads: [BufferID] { [input.buffer] }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let (input, block) = (input, blockSize)
        let images = (0..<input.images).map { (arena.floats(input, image: $0), arena.floats(output, image: $0)) }
        return { _ in
            for (x, y) in images { occ_means_blocked(x, input.pixels, input.channels, block, y) }
        }
    }
}
