/// How far the generation of a dataset has come; handed to the progress closure after every finished sample.
public struct SyntheticProgress: Sendable, Hashable {
    /// Samples whose pictures and labels are on disk.
    public var samplesDone: Int
    /// Samples of the whole dataset.
    public var samplesTotal: Int
    /// The scene of the sample just finished, such as `scene-9001`.
    public var scene: String

    /// Makes a progress report.
    public init(samplesDone: Int, samplesTotal: Int, scene: String) {
        self.samplesDone = samplesDone
        self.samplesTotal = samplesTotal
        self.scene = scene
    }
}
