internal import BinaryKernels

/// Softmax over channels; the result is float32, whatever the input is.
struct SoftmaxOperation: Operation, PreparedOperation {
    let input: Tensor
    let output: Tensor

    var reads: [Tensor] { [input] }
    var writes: [Tensor] { [output] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        let (x, y) = (memory.map(input), memory.floats(output))
        let (input, output) = (input, output)
        return { _ in
            occ_softmax(x, input.images * input.pixels, input.channels, y, output.pixelStride)
        }
    }
}

extension ProgramBuilder {
    /// Softmax over the channels of a channels-last tensor.
    public func softmax(_ input: Tensor) -> Tensor {
        let output = tensor(images: input.images, height: input.height, width: input.width, channels: input.channels)
        append(SoftmaxOperation(input: input, output: output))
        return output
    }
}
