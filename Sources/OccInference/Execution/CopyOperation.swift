internal import BinaryKernels

/// Copies a channels-last map into another, such as a slice of a wider one.
struct CopyOperation: Operation {
    let input: FeatureMap
    let output: FeatureMap
    let kernels: KernelTable

    var reads: [BufferID] { [input.buffer] }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let copy = kernels.pointer.pointee.copy_channels
        let (input, output) = (input, output)
        let images = (0..<input.images).map { (arena.floats(input, image: $0), arena.floats(output, image: $0)) }
        return { _ in
            for (x, y) in images {
                copy(x, input.pixelStride, input.pixels, input.channels, y, output.pixelStride)
            }
        }
    }
}
