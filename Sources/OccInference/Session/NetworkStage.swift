/// The parts of a frame that are timed apart.
enum NetworkStage: Sendable {
    case preprocessing, backbone, neck, viewTransform, bevEncoder, head, decoding
}
