public import Scenes

/// The scenes of a split, ready to be queued, and those that were left out.
public struct ResolvedDataset: Hashable, Sendable {
    /// The scenes, in the order of `scene.json`.
    public var scenes: [SceneFrames]
    /// The scenes left out; empty unless `ResolutionOptions.skipMissing` is set.
    public var omitted: [Omission]
    /// Pictures that were looked at and whose headers cannot be read, the first few: nothing that stops a submission.
    public var unreadablePictures: [DatasetProblem]

    /// Makes a resolved dataset from its parts.
    public init(scenes: [SceneFrames], omitted: [Omission], unreadablePictures: [DatasetProblem] = []) {
        self.scenes = scenes
        self.omitted = omitted
        self.unreadablePictures = unreadablePictures
    }

    /// The number of samples of all scenes.
    public var sampleCount: Int { scenes.reduce(0) { $0 + $1.samples.count } }
}
