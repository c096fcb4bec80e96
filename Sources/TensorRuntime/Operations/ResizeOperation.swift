internal import BinaryKernels

/// Bilinear resize of a channels-last tensor.
struct ResizeOperation: Operation, PreparedOperation {
    let input: Tensor
    let output: Tensor
    let alignCorners: Bool

    var reads: [Tensor] { [input] }
    var writes: [Tensor] { [output] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        let resize = memory.kernels.functions.resize_bilinear
        let (input, output, alignCorners) = (input, output, alignCorners)
        let images = (0..<input.images).map { (memory.map(input, image: $0), memory.target(output, image: $0)) }
        return { _ in
            for (x, y) in images {
                resize(
                    x,
                    input.height,
                    input.width,
                    input.channels,
                    output.height,
                    output.width,
                    alignCorners,
                    y
                )
            }
        }
    }
}

extension ProgramBuilder {
    /// Bilinear enlargement by a whole factor.
    public func resizeBilinear(_ input: Tensor, factor: Int, alignCorners: Bool) -> Tensor {
        let output = tensor(
            images: input.images,
            height: input.height * factor,
            width: input.width * factor,
            channels: input.channels,
            element: input.element
        )
        append(ResizeOperation(input: input, output: output, alignCorners: alignCorners))
        return output
    }
}
