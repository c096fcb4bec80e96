internal import BinaryKernels

/// Adds a smaller voxel map, enlarged with its corners aligned, to a map in place; images are cells in z.
///
/// Source: `nn.Upsample(mode='trilinear', align_corners=True)`: here bilinear within each level, then linear between levels.
struct AddTrilinearOperation: Operation {
    let small: FeatureMap
    let large: FeatureMap
    /// Whether the sum is followed by a ReLU.
    let hasReLU: Bool
    let kernels: KernelTable

    var reads: [BufferID] { [small.buffer, large.buffer] }
    var writes: [BufferID] { [large.buffer] }
    var scratchBytes: Int {
        var scratch = Scratch()
        _ = planes(&scratch)
        return scratch.byteCount
    }

    /// Two enlarged levels: level `k` of the smaller map stands in the one of its parity.
    private func planes(_ scratch: inout Scratch) -> [UnsafeMutablePointer<Float>] {
        (0..<2).map { _ in scratch.elements(large.pixels * large.channels, of: Float.self) }
    }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let resize = kernels.pointer.pointee.resize_bilinear
        let (small, large, hasReLU) = (small, large, hasReLU)
        var scratch = Scratch(arena.scratch)
        let planes = planes(&scratch)
        let levels = (0..<small.images).map { arena.floats(small, image: $0) }
        let targets = (0..<large.images).map { arena.floats(large, image: $0) }
        let scale: Float = large.images > 1 ? Float(small.images - 1) / Float(large.images - 1) : 0
        return { _ in
            var next = 0
            for (level, target) in targets.enumerated() {
                let position = scale * Float(level)
                let below = min(Int(position), levels.count - 1)
                let above = min(below + 1, levels.count - 1)
                while next <= above {
                    resize(
                        levels[next],
                        small.pixelStride,
                        small.height,
                        small.width,
                        small.channels,
                        large.height,
                        large.width,
                        true,
                        planes[next % 2],
                        large.channels
                    )
                    next += 1
                }
                occ_add_between(
                    planes[below % 2],
                    planes[above % 2],
                    position - Float(below),
                    large.pixels * large.channels,
                    hasReLU ? 1 : 0,
                    target
                )
            }
        }
    }
}
