internal import BinaryKernels

/// Adds a smaller volume, enlarged with its corners aligned, to a volume in place; images are its levels.
///
/// Source: `nn.Upsample(mode='trilinear', align_corners=True)`: here bilinear within each level, then linear between levels.
struct AddTrilinearOperation: Operation, PreparedOperation {
    let small: Tensor
    let large: Tensor
    /// Whether the sum is followed by a ReLU.
    let hasReLU: Bool

    var reads: [Tensor] { [small, large] }
    var writes: [Tensor] { [large] }
    var scratchBytes: Int {
        var scratch = Scratch()
        _ = planes(&scratch)
        return scratch.byteCount
    }

    /// Two enlarged levels: level `k` of the smaller map stands in the one of its parity.
    private func planes(_ scratch: inout Scratch) -> [UnsafeMutablePointer<Float>] {
        (0..<2).map { _ in scratch.elements(large.pixels * large.channels, of: Float.self) }
    }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        let resize = memory.kernels.functions.resize_bilinear
        let (small, large, hasReLU) = (small, large, hasReLU)
        var scratch = Scratch(memory.scratch)
        let planes = planes(&scratch)
        let levels = (0..<small.images).map { memory.map(small, image: $0) }
        let targets = (0..<large.images).map { memory.target(large, image: $0) }
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
                        small.height,
                        small.width,
                        small.channels,
                        large.height,
                        large.width,
                        true,
                        occ_floats_out(planes[next % 2], large.channels)
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

extension ProgramBuilder {
    /// Adds a smaller volume to a larger one in place, enlarged with its corners aligned.
    ///
    /// - Throws: `TensorRuntimeError` (`misfit`).
    public func addTrilinear(_ small: Tensor, to large: Tensor, hasReLU: Bool) throws {
        guard small.channels == large.channels, large.isDense, large.layout == .channelsLast,
            small.layout == .channelsLast, small.images <= large.images
        else {
            throw TensorRuntimeError(
                .misfit,
                "a voxel map of \(small.shape) cannot be added to one of \(large.shape)"
            )
        }
        append(AddTrilinearOperation(small: small, large: large, hasReLU: hasReLU))
    }
}
