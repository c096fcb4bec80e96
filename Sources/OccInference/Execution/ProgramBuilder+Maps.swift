extension ProgramBuilder {
    /// Mean of 2x2 blocks; an odd last row or column is dropped.
    func averagePool(_ input: FeatureMap) throws -> FeatureMap {
        guard input.height >= 2, input.width >= 2 else {
            throw InferenceError(
                .badConfiguration,
                "a map of \(input.height) x \(input.width) is too small for a 2x2 mean"
            )
        }
        let output = map(
            images: input.images,
            height: input.height / 2,
            width: input.width / 2,
            channels: input.channels
        )
        try append { AveragePoolOperation(input: input, output: output, kernels: .init(pointer: $0.kernels)) }
        return output
    }

    /// Bilinear enlargement by a whole factor.
    func resizeBilinear(_ input: FeatureMap, factor: Int, alignCorners: Bool) throws -> FeatureMap {
        let output = map(
            images: input.images,
            height: input.height * factor,
            width: input.width * factor,
            channels: input.channels
        )
        try append {
            ResizeOperation(
                input: input,
                output: output,
                alignCorners: alignCorners,
                kernels: .init(pointer: $0.kernels)
            )
        }
        return output
    }

    /// Adds a smaller map to a larger one in place, repeating pixels.
    func addNearest(_ small: FeatureMap, to large: FeatureMap) throws {
        precondition(small.channels == large.channels && small.images == large.images)
        try append { _ in AddNearestOperation(small: small, large: large) }
    }
}
