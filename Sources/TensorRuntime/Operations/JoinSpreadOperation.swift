internal import BinaryKernels

/// Writes blocked tensors one behind the other into one blocked tensor; one of a single pixel is repeated over the whole size.
struct JoinSpreadOperation: Operation, PreparedOperation {
    let inputs: [Tensor]
    let output: Tensor

    var reads: [Tensor] { inputs }
    var writes: [Tensor] { [output] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        typealias Part = (input: Tensor, source: UnsafeRawPointer, target: UnsafeMutableRawPointer)
        var copies: [Part] = []
        var spreads: [Part] = []
        for image in 0..<output.images {
            var target = memory.bytes(output, image: image)
            for input in inputs {
                let part = (input, UnsafeRawPointer(memory.bytes(input, image: image)), target)
                if input.pixels == output.pixels { copies.append(part) } else { spreads.append(part) }
                target += input.channels * output.pixels * output.element.byteCount
            }
        }
        let (pixels, block, written) = (output.pixels, memory.blockSize, output.element.ofKernels)
        return { _ in
            for (input, source, target) in copies {
                occ_copy_values(source, input.element.ofKernels, input.imageStride, target, written)
            }
            for (input, source, target) in spreads {
                occ_spread_blocked(source, input.element.ofKernels, pixels, input.channels, block, target, written)
            }
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
            element: inputs[0].element,
            layout: .blocked
        )
        append(JoinSpreadOperation(inputs: inputs, output: output))
        return output
    }
}
