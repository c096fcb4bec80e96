/// The scenes of a split, ready to be queued, and those that were left out.
public struct ResolvedDataset: Hashable, Sendable {
    /// The scenes, in the order of `scene.json`.
    public var scenes: [SceneFrames]
    /// The scenes left out; empty unless `ResolutionOptions.skipMissing` is set.
    public var omitted: [Omission]

    /// Makes a resolved dataset from its parts.
    public init(scenes: [SceneFrames], omitted: [Omission]) {
        self.scenes = scenes
        self.omitted = omitted
    }

    /// The number of samples of all scenes.
    public var sampleCount: Int { scenes.reduce(0) { $0 + $1.samples.count } }
}
