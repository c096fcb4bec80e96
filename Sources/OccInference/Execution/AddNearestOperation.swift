internal import BinaryKernels

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
                    x,
                    small.pixelStride,
                    small.height,
                    small.width,
                    large.channels,
                    y,
                    large.pixelStride,
                    large.height,
                    large.width
                )
            }
        }
    }
}
