internal import BinaryKernels

/// Writes blocked tensors one behind the other into one blocked tensor; one of a single pixel is repeated over the whole size.
struct JoinSpreadOperation: Operation, PreparedOperation {
    let inputs: [Tensor]
    let output: Tensor

    var reads: [Tensor] { inputs }
    var writes: [Tensor] { [output] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        var copies: [(source: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>, count: Int)] = []
        var spreads: [(source: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>, channels: Int)] = []
        for image in 0..<output.images {
            var target = memory.floats(output, image: image)
            for input in inputs {
                let source = memory.floats(input, image: image)
                if input.pixels == output.pixels {
                    copies.append((source, target, input.imageStride))
                } else {
                    spreads.append((source, target, input.channels))
                }
                target += input.channels * output.pixels
            }
        }
        let (pixels, block) = (output.pixels, memory.blockSize)
        return { _ in
            for copy in copies { copy.target.update(from: copy.source, count: copy.count) }
            for spread in spreads { occ_spread_blocked(spread.source, pixels, spread.channels, block, spread.target) }
        }
    }
}

extension ProgramBuilder {
    /// Concatenates blocked tensors of the size of the first; those of one pixel are repeated over it.
    public func joinSpread(_ inputs: [Tensor]) -> Tensor {
        let output = tensor(
            images: inputs[0].images,
            height: inputs[0].height,
            width: inputs[0].width,
            channels: inputs.reduce(0) { $0 + $1.channels },
            layout: .blocked
        )
        append(JoinSpreadOperation(inputs: inputs, output: output))
        return output
    }
}
