internal import BinaryKernels

/// Writes channels-last maps one behind the other into one blocked map: a concatenation without a copy of its own.
struct JoinBlockedOperation: Operation {
    private let inputs: [FeatureMap]
    private let output: FeatureMap
    private let block: Int

    init(_ inputs: [FeatureMap], output: FeatureMap, _ context: PreparationContext) throws {
        self.inputs = inputs
        self.output = output
        block = context.engine.blockSize
        if let misfit = inputs.first(where: { $0.channels % context.engine.blockSize != 0 }) {
            throw InferenceError(
                .badConfiguration,
                "maps of \(misfit.channels) channels cannot be joined: not a multiple of \(block)"
            )
        }
    }

    var reads: [BufferID] { inputs.map(\.buffer) }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        var parts: [(input: FeatureMap, source: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>)] = []
        for image in 0..<output.images {
            var target = arena.floats(output, image: image)
            for input in inputs {
                parts.append((input, UnsafePointer(arena.floats(input, image: image)), target))
                target += input.channels * output.pixels
            }
        }
        let (block, pixels) = (block, output.pixels)
        return { _ in
            for part in parts {
                occ_to_blocked(part.source, part.input.pixelStride, pixels, part.input.channels, block, part.target)
            }
        }
    }
}

extension ProgramBuilder {
    /// Concatenates channels-last maps of one size into a blocked map.
    func joinBlocked(_ inputs: [FeatureMap]) throws -> FeatureMap {
        let first = inputs[0]
        let output = map(
            images: first.images,
            height: first.height,
            width: first.width,
            channels: inputs.reduce(0) { $0 + $1.channels },
            layout: .blocked
        )
        try append { try JoinBlockedOperation(inputs, output: output, $0) }
        return output
    }
}
