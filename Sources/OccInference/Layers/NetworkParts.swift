/// A network's image backbone: planar images in, maps of falling size out.
protocol ImageBackbone: Layer {
    /// Appends the backbone; its outputs are blocked maps.
    ///
    /// - Parameter stereo: a channels-last map that takes the first stage's output, a quarter of the images' size; it is then the
    ///   first of the published outputs.
    func emit(_ images: FeatureMap, to program: ProgramBuilder, stereo: FeatureMap?) throws -> [FeatureMap]
    /// Appends the part of the backbone that makes the first stage's output.
    func emitFirstStage(_ images: FeatureMap, to program: ProgramBuilder, stereo: FeatureMap) throws
    /// Channels of the first stage's output.
    var stereoChannels: Int { get }
}

/// What a network that looks back does with the BEV features of every frame before they are joined.
protocol PreProcessNetwork: Layer {
    /// Channels that it reads.
    var inChannels: Int { get }
    /// Appends the network.
    ///
    /// - Parameters:
    ///   - input: a channels-last map.
    ///   - output: a channels-last map that takes the result, of the same size.
    func emit(_ input: FeatureMap, to program: ProgramBuilder, output: FeatureMap) throws
}

/// A layer that joins maps of several sizes into one channels-last map.
protocol Neck: Layer {
    func emit(_ inputs: [FeatureMap], to program: ProgramBuilder) throws -> FeatureMap
}

/// The first part of a BEV encoder: maps of falling size from one, channels-last or blocked as its neck wants them.
protocol BEVBackbone: Layer {
    func emit(_ input: FeatureMap, to program: ProgramBuilder) throws -> [FeatureMap]
}

/// The last part of a network: from the BEV features to a prediction.
protocol Head: Layer {
    /// Channels that it reads.
    var inChannels: Int { get }
    func emit(_ input: FeatureMap, to program: ProgramBuilder) throws
}
