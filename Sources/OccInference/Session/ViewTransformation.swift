/// How a network's image features get into the key ego frame.
enum ViewTransformation: Sendable {
    case oneFrame(LSSViewTransformer)
    /// With what is done with every frame's BEV features before they are joined.
    case stereo(StereoViewTransformer, preProcess: any PreProcessNetwork)

    var layers: [any Layer] {
        switch self {
        case .oneFrame(let transformer): [transformer]
        case .stereo(let transformer, let preProcess): [transformer, preProcess]
        }
    }
}
