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
    func emit(_ input: FeatureMap, to program: ProgramBuilder, output: FeatureMap?) throws -> FeatureMap
}

extension MapLayer {
    func emit(_ input: FeatureMap, to program: ProgramBuilder) throws -> FeatureMap {
        try emit(input, to: program, output: nil)
    }

    /// Throws where a map does not have the channels that this layer reads.
    func check(_ input: FeatureMap) throws {
        guard input.channels == inChannels, input.layout == .channelsLast else {
            throw InferenceError(
                .badConfiguration,
                "layer '\(name)' reads \(inChannels) channels, but is given \(input.channels)"
            )
        }
    }
}
