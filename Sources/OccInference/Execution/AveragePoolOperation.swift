internal import BinaryKernels

/// Mean of 2x2 blocks of a channels-last map.
struct AveragePoolOperation: Operation {
    let input: FeatureMap
    let output: FeatureMap
    let kernels: KernelTable

    var reads: [BufferID] { [input.buffer] }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let pool = kernels.pointer.pointee.average_pool2x2
        let (input, output) = (input, output)
        let images = (0..<input.images).map { (arena.floats(input, image: $0), arena.floats(output, image: $0)) }
        return { _ in
            for (x, y) in images {
                pool(x, input.pixelStride, input.height, input.width, input.channels, y, output.pixelStride)
            }
        }
    }
}
