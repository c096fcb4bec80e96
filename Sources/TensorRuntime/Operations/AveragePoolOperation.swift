internal import BinaryKernels

/// Mean of 2x2 blocks of a channels-last tensor.
struct AveragePoolOperation: Operation, PreparedOperation {
    let input: Tensor
    let output: Tensor

    var reads: [Tensor] { [input] }
    var writes: [Tensor] { [output] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        let pool = memory.kernels.functions.average_pool2x2
        let input = input
        let images = (0..<input.images).map { (memory.map(input, image: $0), memory.target(output, image: $0)) }
        return { _ in
            for (x, y) in images { pool(x, input.height, input.width, input.channels, y) }
        }
    }
}

extension ProgramBuilder {
    /// Mean of 2x2 blocks; an odd last row or column is dropped.
    ///
    /// - Throws: `TensorRuntimeError` (`misfit`).
    public func averagePool(_ input: Tensor) throws -> Tensor {
        guard input.height >= 2, input.width >= 2 else {
            throw TensorRuntimeError(.misfit, "a map of \(input.height) x \(input.width) is too small for a 2x2 mean")
        }
        let output = tensor(
            images: input.images,
            height: input.height / 2,
            width: input.width / 2,
            channels: input.channels,
            element: input.element
        )
        append(AveragePoolOperation(input: input, output: output))
        return output
    }
}
