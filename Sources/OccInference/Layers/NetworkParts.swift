/// A network's image backbone: planar images in, maps of falling size out.
protocol ImageBackbone: Layer {
    /// Appends the backbone; its outputs are blocked maps.
    func emit(_ images: FeatureMap, to program: ProgramBuilder) throws -> [FeatureMap]
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
