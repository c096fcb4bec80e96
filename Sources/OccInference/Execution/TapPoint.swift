/// A place where a module's whole output can be copied out.
struct TapPoint: Sendable {
    enum Source: Sendable {
        case map(FeatureMap)
        /// A map whose images are cells in z.
        case volume(FeatureMap)
        case logits
    }

    let name: String
    /// Number of steps after which the content is there, and before whose successor it must be read.
    let step: Int
    let source: Source
    /// Shape under which it is given.
    let shape: [Int]
}
