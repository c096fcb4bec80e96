internal import BinaryKernels

/// Adds a smaller tensor, enlarged by repeating pixels, to a tensor in place.
///
/// Source: `F.interpolate(mode='nearest')` as published feature pyramids use it.
struct AddNearestOperation: Operation, PreparedOperation {
    let small: Tensor
    let large: Tensor

    var reads: [Tensor] { [small, large] }
    var writes: [Tensor] { [large] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        let (small, large) = (small, large)
        let images = (0..<large.images).map { (memory.map(small, image: $0), memory.target(large, image: $0)) }
        return { _ in
            for (x, y) in images {
                occ_add_nearest(x, small.height, small.width, large.channels, y, large.height, large.width)
            }
        }
    }
}

extension ProgramBuilder {
    /// Adds a smaller tensor to a larger one in place, repeating pixels.
    ///
    /// - Throws: `TensorRuntimeError` (`misfit`).
    public func addNearest(_ small: Tensor, to large: Tensor) throws {
        guard small.channels == large.channels, small.images == large.images else {
            throw TensorRuntimeError(.misfit, "a map of \(small.shape) cannot be added to one of \(large.shape)")
        }
        append(AddNearestOperation(small: small, large: large))
    }
}
