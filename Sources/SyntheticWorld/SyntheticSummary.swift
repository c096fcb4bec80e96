/// What a finished generation has written.
public struct SyntheticSummary: Sendable, Hashable {
    /// Scene names in order, `scene-9001` first.
    public var scenes: [String]
    /// Scenes of each split of `<version>/splits.json`.
    public var splits: [String: [String]]
    /// Number of keyframes written.
    public var samples: Int
    /// Number of camera pictures written.
    public var images: Int
    /// Number of annotated boxes written.
    public var annotations: Int
    /// Bytes of pictures, lidar files, labels, tables and manifest together.
    public var bytesWritten: Int

    /// Makes a summary.
    public init(
        scenes: [String],
        splits: [String: [String]],
        samples: Int,
        images: Int,
        annotations: Int,
        bytesWritten: Int
    ) {
        self.scenes = scenes
        self.splits = splits
        self.samples = samples
        self.images = images
        self.annotations = annotations
        self.bytesWritten = bytesWritten
    }
}
