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
                    x, input.pixelStride, input.height, input.width, input.channels, output.height, output.width,
                    alignCorners, y, output.pixelStride)
            }
        }
    }
}

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

/// Adds a smaller map, enlarged by repeating pixels, to a map in place.
///
/// Source: `F.interpolate(mode='nearest')` as the published feature pyramids use it.
struct AddNearestOperation: Operation {
    let small: FeatureMap
    let large: FeatureMap

    var reads: [BufferID] { [small.buffer, large.buffer] }
    var writes: [BufferID] { [large.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let (small, large) = (small, large)
        let images = (0..<large.images).map { (arena.floats(small, image: $0), arena.floats(large, image: $0)) }
        return { _ in
            for (x, y) in images {
                occ_add_nearest(
                    x, small.pixelStride, small.height, small.width, large.channels, y, large.pixelStride,
                    large.height, large.width)
            }
        }
    }
}

/// The table of binary kernels, which the library keeps for ever.
struct KernelTable: @unchecked Sendable {
    // Guard: the table is a constant of the kernel library.
    let pointer: UnsafePointer<occ_kernels>
}

extension ProgramBuilder {
    /// Mean of 2x2 blocks; an odd last row or column is dropped.
    func averagePool(_ input: FeatureMap) throws -> FeatureMap {
        guard input.height >= 2, input.width >= 2 else {
            throw InferenceError(
                .badConfiguration, "a map of \(input.height) x \(input.width) is too small for a 2x2 mean")
        }
        let output = map(
            images: input.images, height: input.height / 2, width: input.width / 2, channels: input.channels)
        try append { AveragePoolOperation(input: input, output: output, kernels: .init(pointer: $0.kernels)) }
        return output
    }

    /// Bilinear enlargement by a whole factor.
    func resizeBilinear(_ input: FeatureMap, factor: Int, alignCorners: Bool) throws -> FeatureMap {
        let output = map(
            images: input.images, height: input.height * factor, width: input.width * factor,
            channels: input.channels)
        try append {
            ResizeOperation(
                input: input, output: output, alignCorners: alignCorners, kernels: .init(pointer: $0.kernels))
        }
        return output
    }

    /// Copies a map into another of the same size.
    func copy(_ input: FeatureMap, to output: FeatureMap) throws {
        precondition(input.shape == output.shape)
        try append { CopyOperation(input: input, output: output, kernels: .init(pointer: $0.kernels)) }
    }

    /// Adds a smaller map to a larger one in place, repeating pixels.
    func addNearest(_ small: FeatureMap, to large: FeatureMap) throws {
        precondition(small.channels == large.channels && small.images == large.images)
        try append { _ in AddNearestOperation(small: small, large: large) }
    }
}
