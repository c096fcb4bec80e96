internal import BinaryKernels

/// Writes channels-last tensors one behind the other into one blocked tensor: a concatenation without a copy of its own.
struct JoinBlockedOperation: Operation, PreparedOperation {
    let inputs: [Tensor]
    let output: Tensor

    var reads: [Tensor] { inputs }
    var writes: [Tensor] { [output] }

    func prepare(_ context: PreparationContext) throws -> any PreparedOperation {
        let block = context.engine.blockSize
        if let misfit = inputs.first(where: { $0.channels % block != 0 }) {
            throw TensorRuntimeError(
                .misfit,
                "maps of \(misfit.channels) channels cannot be joined: not a multiple of \(block)"
            )
        }
        return self
    }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        var parts: [(channels: Int, source: occ_map, target: UnsafeMutableRawPointer)] = []
        for image in 0..<output.images {
            var target = memory.bytes(output, image: image)
            for input in inputs {
                parts.append((input.channels, memory.map(input, image: image), target))
                target += input.channels * output.pixels * output.element.byteCount
            }
        }
        let (block, pixels, written) = (memory.blockSize, output.pixels, output.element.ofKernels)
        return { _ in
            for part in parts { occ_to_blocked(part.source, pixels, part.channels, block, part.target, written) }
        }
    }
}

extension ProgramBuilder {
    /// Concatenates channels-last tensors of one size into a blocked tensor.
    public func joinBlocked(_ inputs: [Tensor], as element: ElementType? = nil) -> Tensor {
        let first = inputs[0]
        let output = tensor(
            images: first.images,
            height: first.height,
            width: first.width,
            channels: inputs.reduce(0) { $0 + $1.channels },
            element: element ?? first.element,
            layout: .blocked
        )
        append(JoinBlockedOperation(inputs: inputs, output: output))
        return output
    }

    /// Concatenates channels-last tensors of one size into the tensor that a layer reads, in the type that it computes with.
    public func join(_ inputs: [Tensor], for convolution: Convolution) -> Tensor {
        let element = arithmetic.element(of: convolution)
        if element == .float32 { return joinBlocked(inputs, as: .float32) }
        let output = tensor(
            images: inputs[0].images,
            height: inputs[0].height,
            width: inputs[0].width,
            channels: inputs.reduce(0) { $0 + $1.channels },
            element: element,
            scale: element.largestByte == nil ? nil : convolution.inputScale
        )
        var first = 0
        for input in inputs {
            reorder(input, to: output.slice(first, input.channels))
            first += input.channels
        }
        return output
    }

    /// The first of some tensors beside the last, enlarged four times with its corners aligned.
    ///
    /// - Parameters:
    ///   - channels: channels of the first and of the last tensor.
    ///   - convolution: the layer that reads the result.
    ///   - layer: who asks, for messages.
    /// - Throws: `TensorRuntimeError` (`misfit`).
    public func joinEnlarged(
        _ tensors: [Tensor],
        channels: [Int],
        for convolution: Convolution,
        layer: String
    ) throws -> Tensor {
        guard let large = tensors.first, let small = tensors.last, large.channels == channels[0],
            small.channels == channels[1], large.height == 4 * small.height, large.width == 4 * small.width
        else {
            throw TensorRuntimeError(
                .misfit,
                "layer '\(layer)' joins maps of which one is four times as large as the other"
            )
        }
        let enlarged = resizeBilinear(asMap(small), factor: 4, alignCorners: true)
        return join([asMap(large), enlarged], for: convolution)
    }
}
