public import Scenes
public import Storage

/// What stands beside every number: of which run, and of how much of it.
public struct ScoreCaption: Equatable, Sendable {
    /// Name of the dataset's version.
    public var dataset: String
    /// Name of the split.
    public var split: String
    /// Name of the model.
    public var model: String
    /// Samples of the split, where known.
    public var expectedSamples: Int?
    /// The voxels that mIoU is of.
    public var mask: VisibilityMask

    /// Makes a caption.
    public init(dataset: String, split: String, model: String, expectedSamples: Int?, mask: VisibilityMask = .camera) {
        self.dataset = dataset
        self.split = split
        self.model = model
        self.expectedSamples = expectedSamples
        self.mask = mask
    }

    /// The caption of a run that is known from its manifest.
    public init(_ manifest: RunManifest) {
        self.init(
            dataset: manifest.datasetVersion,
            split: manifest.split,
            model: manifest.model,
            expectedSamples: manifest.settings[RunManifest.expectedSamplesKey].flatMap(Int.init)
        )
    }
}
