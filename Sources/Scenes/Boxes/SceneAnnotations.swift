/// The annotated boxes of one scene.
public struct SceneAnnotations: Hashable, Sendable {
    /// The scene's name.
    public var name: String
    /// The samples in the order of the scene's chain.
    public var samples: [SampleAnnotations]

    /// Makes a scene from its parts.
    public init(name: String, samples: [SampleAnnotations]) {
        self.name = name
        self.samples = samples
    }
}
