public import Scenes

/// The scores of one run under one mask, with all that a number needs beside it: split, mask, scenes, samples.
///
/// IoUs are in percent and not rounded; nil where a label occurs in neither truth nor predictions.
public struct OccupancyReport: Codable, Equatable, Sendable {
    /// The score of one label.
    public struct Label: Codable, Equatable, Sendable {
        /// Name of the label.
        public let name: String
        /// Intersection over union in percent.
        public let iou_percent: Double?
        /// Voxels where it is true.
        public let truthVoxels: UInt64
        /// Voxels where it was predicted.
        public let predictedVoxels: UInt64
    }

    /// The score of one scene, over its own voxels.
    public struct Scene: Codable, Equatable, Sendable {
        /// Name of the scene.
        public let name: String
        /// Samples that were scored.
        public let samples: UInt64
        /// Mean IoU in percent.
        public let meanIoU_percent: Double?
    }

    /// Name of the dataset and its version.
    public let dataset: String
    /// Name of the split.
    public let split: String
    /// Name of the model.
    public let model: String
    /// The voxels that were scored.
    public let mask: VisibilityMask
    /// Scenes that were scored.
    public let sceneCount: Int
    /// Samples that were scored.
    public let sampleCount: UInt64
    /// Samples of the split; the scores are of a part of it where this is larger than `sampleCount`.
    public let expectedSampleCount: UInt64?
    /// Mean over labels 0 to 16 in percent.
    public let meanIoU_percent: Double?
    /// The labels 0 to 17; free, the last, is not in the mean.
    public let labels: [Label]
    /// The scenes in the order given.
    public let scenes: [Scene]

    /// Scores confusions.
    ///
    /// - Parameters:
    ///   - dataset: name of the dataset and its version.
    ///   - split: name of the split.
    ///   - model: name of the model.
    ///   - mask: the voxels to score.
    ///   - scenes: the confusions of each scene.
    ///   - expectedSamples: samples of the split, where known.
    public init(
        dataset: String,
        split: String,
        model: String,
        mask: VisibilityMask = .camera,
        scenes: [(name: String, confusions: MaskedConfusions)],
        expectedSamples: UInt64? = nil
    ) {
        var total = OccupancyConfusion()
        for scene in scenes { total.merge(scene.confusions[mask]) }
        self.dataset = dataset
        self.split = split
        self.model = model
        self.mask = mask
        sceneCount = scenes.count
        sampleCount = total.samples
        expectedSampleCount = expectedSamples
        meanIoU_percent = total.meanIoU.map { $0 * 100 }
        labels = OccupancyClass.names.enumerated().map { label, name in
            Label(
                name: name,
                iou_percent: total.iou(of: label).map { $0 * 100 },
                truthVoxels: total.truthVoxels(of: label),
                predictedVoxels: total.predictedVoxels(of: label)
            )
        }
        self.scenes = scenes.map {
            let confusion = $0.confusions[mask]
            return Scene(name: $0.name, samples: confusion.samples, meanIoU_percent: confusion.meanIoU.map { $0 * 100 })
        }
    }

    /// Split, mask, scenes and samples in one line, to stand beside every number.
    public var caption: String {
        var samples = "\(sampleCount) samples"
        if let expected = expectedSampleCount {
            samples = expected == sampleCount ? "all \(sampleCount) samples" : "\(sampleCount) of \(expected) samples"
        }
        return "\(dataset) \(split), mask \(mask.rawValue), \(sceneCount) scenes, \(samples)"
    }
}
