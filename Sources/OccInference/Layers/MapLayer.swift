internal import TensorRuntime

/// A layer with one feature map in and one out.
protocol MapLayer: Layer {
    /// Channels that it reads.
    var inChannels: Int { get }

    /// Appends what this layer does to a program.
    ///
    /// - Parameters:
    ///   - input: a channels-last map with `inChannels`.
    ///   - output: where the result goes, a channels-last map; nil makes a new one.
    /// - Returns: the map that holds the result.
    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor?) throws -> Tensor
}

extension MapLayer {
    func emit(_ input: Tensor, to program: ProgramBuilder) throws -> Tensor {
        try emit(input, to: program, output: nil)
    }

    /// Throws where a map does not have the channels that this layer reads.
    func check(_ input: Tensor) throws {
        guard input.channels == inChannels, input.layout == .channelsLast else {
            throw InferenceError(
                .badConfiguration,
                "layer '\(name)' reads \(inChannels) channels, but is given \(input.channels)"
            )
        }
    }
}

/// A layer that ends in an addition, to which what stands around it can be attached so that it costs no pass of its own.
protocol BinaryUnit: MapLayer {
    /// Appends the layer and what its tail adds to a program.
    func emit(
        _ input: Tensor,
        to program: ProgramBuilder,
        output: Tensor?,
        tail: UnitTail
    ) throws -> Tensor
}

extension BinaryUnit {
    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor?) throws -> Tensor {
        try emit(input, to: program, output: output, tail: UnitTail())
    }
}
