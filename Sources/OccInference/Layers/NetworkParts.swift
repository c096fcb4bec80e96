internal import TensorRuntime

/// The parts of a frame that are timed apart.
enum NetworkStage: String, Sendable {
    case preprocessing, backbone, neck, viewTransform, bevEncoder, head, decoding

    /// Its name for people.
    var title: String {
        switch self {
        case .viewTransform: "view transform"
        case .bevEncoder: "bev encoder"
        case .preprocessing, .backbone, .neck, .head, .decoding: rawValue
        }
    }
}

extension ProgramBuilder {
    /// Appends steps that are timed under a part of the frame.
    func stage<Result>(_ part: NetworkStage, _ body: () throws -> Result) rethrows -> Result {
        try stage(Stage(part.rawValue), body)
    }
}

/// A network's image backbone: planar images in, maps of falling size out.
protocol ImageBackbone: Layer {
    /// Appends the backbone; its outputs are blocked maps.
    ///
    /// - Parameter stereo: a channels-last map that takes the first stage's output, a quarter of the images' size; it is then the
    ///   first of the published outputs.
    func emit(_ images: Tensor, to program: ProgramBuilder, stereo: Tensor?) throws -> [Tensor]
    /// Appends the part of the backbone that makes the first stage's output.
    func emitFirstStage(_ images: Tensor, to program: ProgramBuilder, stereo: Tensor) throws
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
    func emit(_ input: Tensor, to program: ProgramBuilder, output: Tensor) throws
}

/// A layer that joins maps of several sizes into one channels-last map.
protocol Neck: Layer {
    func emit(_ inputs: [Tensor], to program: ProgramBuilder) throws -> Tensor
}

/// The first part of a BEV encoder: maps of falling size from one, channels-last or blocked as its neck wants them.
protocol BEVBackbone: Layer {
    func emit(_ input: Tensor, to program: ProgramBuilder) throws -> [Tensor]
}

/// The last part of a network: from the BEV features to a prediction.
protocol Head: Layer {
    /// Channels that it reads.
    var inChannels: Int { get }
    func emit(_ input: Tensor, to program: ProgramBuilder) throws
}
