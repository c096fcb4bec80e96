/// One scene (a log, the unit of work): its samples in the order of time.
public struct SceneFrames: Hashable, Sendable {
    /// The scene's name, such as `scene-0061`; a plain file name, because scene files are named by it.
    public var name: String
    /// The scene's token.
    public var token: String
    /// The samples, first to last in time.
    public var samples: [SampleFrames]

    /// Makes a scene from its parts.
    public init(name: String, token: String, samples: [SampleFrames]) {
        self.name = name
        self.token = token
        self.samples = samples
    }

    /// The index of the sample that stands for "`back` samples earlier" than the one at `index`.
    ///
    /// An earlier sample outside the scene is replaced by the sample itself, not by the scene's first, as the published
    /// `get_adj_info` does for every scene (for the very first scene of an info file it clamps to that scene's first sample instead:
    /// an accident of the file's order that is not reproduced).
    public static func earlierSampleIndex(of index: Int, back: Int) -> Int {
        index >= back ? index - back : index
    }
}
