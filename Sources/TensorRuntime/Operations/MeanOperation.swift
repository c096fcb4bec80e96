internal import BinaryKernels

/// Mean over all pixels of every image of a blocked tensor.
struct MeanOperation: Operation, PreparedOperation {
    let input: Tensor
    /// Blocked, one pixel an image.
    let output: Tensor

    var reads: [Tensor] { [input] }
    var writes: [Tensor] { [output] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        let (input, block) = (input, memory.blockSize)
        let images = (0..<input.images).map { (memory.bytes(input, image: $0), memory.bytes(output, image: $0)) }
        let (read, written) = (input.element.ofKernels, output.element.ofKernels)
        return { _ in
            for (x, y) in images { occ_means_blocked(x, read, input.pixels, input.channels, block, y, written) }
        }
    }
}

extension ProgramBuilder {
    /// Mean over all pixels of every image of a blocked tensor; the result is blocked, one pixel an image.
    public func mean(_ input: Tensor) -> Tensor {
        let output = tensor(
            images: input.images,
            height: 1,
            width: 1,
            channels: input.channels,
            element: input.element,
            layout: .blocked
        )
        append(MeanOperation(input: input, output: output))
        return output
    }
}
