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
        guard small.channels == large.channels, small.images == large.images else {
            throw InferenceError(.badConfiguration, "a map of \(small.shape) cannot be added to one of \(large.shape)")
        }
        try append { _ in AddNearestOperation(small: small, large: large) }
    }

    /// Adds a smaller voxel map to a larger one in place, enlarged with its corners aligned.
    func addTrilinear(_ small: FeatureMap, to large: FeatureMap, hasReLU: Bool) throws {
        guard small.channels == large.channels, large.isDense, large.layout == .channelsLast,
            small.layout == .channelsLast, small.images <= large.images
        else {
            throw InferenceError(
                .badConfiguration,
                "a voxel map of \(small.shape) cannot be added to one of \(large.shape)"
            )
        }
        try append {
            AddTrilinearOperation(small: small, large: large, hasReLU: hasReLU, kernels: .init(pointer: $0.kernels))
        }
    }

    /// The first of some maps beside the last, enlarged four times with its corners aligned: blocked.
    ///
    /// - Parameters:
    ///   - channels: channels of the first and of the last map.
    ///   - layer: who asks, for messages.
    func joinEnlarged(_ maps: [FeatureMap], channels: [Int], layer: String) throws -> FeatureMap {
        guard let large = maps.first, let small = maps.last, large.channels == channels[0],
            small.channels == channels[1], large.height == 4 * small.height, large.width == 4 * small.width
        else {
            throw InferenceError(
                .badConfiguration,
                "layer '\(layer)' joins maps of which one is four times as large as the other"
            )
        }
        let enlarged = try resizeBilinear(try converted(small, to: .channelsLast), factor: 4, alignCorners: true)
        return try joinBlocked([try converted(large, to: .channelsLast), enlarged])
    }
}
