/// A place where a module's whole output can be copied out.
struct TapPoint: Sendable {
    enum Source: Sendable {
        case map(FeatureMap)
        /// A map whose images are cells in z.
        case volume(FeatureMap)
        /// Maps of one size, whose channels follow each other.
        case maps([FeatureMap])
        case logits
    }

    let name: String
    /// Number of steps after which the content is there, and before whose successor it must be read.
    let step: Int
    /// Segment that the content comes from.
    let segment: ProgramSegment
    let source: Source
    /// Shape under which it is given.
    let shape: [Int]

    /// Its name when the module is called for the `call`-th time: `img_neck.0`, then `img_neck.0#1`.
    func name(call: Int) -> String { call == 0 ? name : "\(name)#\(call)" }

    /// The names of all taps of a program that reads so many frames; the published code runs the oldest frame first.
    static func names(of taps: [TapPoint], frames: Int) -> [String] {
        let roles = frames - 1
        let ofFrames = (0..<max(roles, 0)).flatMap { call in
            let role = roles - 1 - call
            let segments: Set<ProgramSegment> = [
                .image(slot: 0), .pair(role: role), .depth(role: role), .bev(role: role),
            ]
            return taps.filter { segments.contains($0.segment) }.map { $0.name(call: call) }
        }
        return ofFrames + taps.filter { $0.segment == .keyframe }.map(\.name)
    }
}
