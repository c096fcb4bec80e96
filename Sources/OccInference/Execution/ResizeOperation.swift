internal import BinaryKernels

/// Bilinear resize of a channels-last map.
struct ResizeOperation: Operation {
    let input: FeatureMap
    let output: FeatureMap
    let alignCorners: Bool
    let kernels: KernelTable

    var reads: [BufferID] { [input.buffer] }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let resize = kernels.pointer.pointee.resize_bilinear
        let (input, output, alignCorners) = (input, output, alignCorners)
        let images = (0..<input.images).map { (arena.floats(input, image: $0), arena.floats(output, image: $0)) }
        return { _ in
            for (x, y) in images {
                resize(
                    x,
                    input.pixelStride,
                    input.height,
                    input.width,
                    input.channels,
                    output.height,
                    output.width,
                    alignCorners,
                    y,
                    output.pixelStride
                )
            }
        }
    }
}
