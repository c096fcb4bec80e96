internal import Scenes

/// The RayIoU of one run, with all that a number needs beside it: split, scenes, samples, rays.
///
/// IoUs are in percent and not rounded; nil where no ray meets a label in truth or predictions. SparseOcc prints fractions.
public struct RayIoUReport: Codable, Equatable, Sendable {
    /// The mean over labels at one threshold.
    public struct Threshold: Codable, Equatable, Sendable {
        /// Depths that differ by less agree, in metres.
        public let threshold_m: Double
        /// Mean over labels 0 to 16 in percent (`RayIoU@1`, `@2`, `@4`).
        public let rayIoU_percent: Double?
    }

    /// The score of one label at one threshold.
    public struct Score: Codable, Equatable, Sendable {
        /// Depths that differ by less agree, in metres.
        public let threshold_m: Double
        /// Intersection over union in percent.
        public let iou_percent: Double?
        /// Rays that agree in label and depth.
        public let hits: UInt64
    }

    /// The scores of one label.
    public struct Label: Codable, Equatable, Sendable {
        /// Name of the label.
        public let name: String
        /// Scores by threshold.
        public let scores: [Score]
        /// Rays that meet it first in the ground truth.
        public let truthRays: UInt64
        /// Rays that meet it first in the prediction.
        public let predictedRays: UInt64
    }

    /// The score of one scene, over its own rays.
    public struct Scene: Codable, Equatable, Sendable {
        /// Name of the scene.
        public let name: String
        /// Samples that were scored.
        public let samples: UInt64
        /// RayIoU in percent.
        public let rayIoU_percent: Double?
    }

    /// Name of the dataset and its version.
    public let dataset: String
    /// Name of the split.
    public let split: String
    /// Name of the model.
    public let model: String
    /// Scenes that were scored.
    public let sceneCount: Int
    /// Samples that were scored.
    public let sampleCount: UInt64
    /// Samples of the split; the scores are of a part of it where this is larger than `sampleCount`.
    public let expectedSampleCount: UInt64?
    /// Rays that were scored: those that meet something in the ground truth.
    public let rayCount: UInt64
    /// Mean over thresholds and labels 0 to 16 in percent.
    public let rayIoU_percent: Double?
    /// The means at 1, 2 and 4 m.
    public let thresholds: [Threshold]
    /// The labels 0 to 16; free is not scored.
    public let labels: [Label]
    /// The scenes in the order given.
    public let scenes: [Scene]

    /// Scores counts.
    ///
    /// - Parameters:
    ///   - dataset: name of the dataset and its version.
    ///   - split: name of the split.
    ///   - model: name of the model.
    ///   - scenes: the counts of each scene.
    ///   - expectedSamples: samples of the split, where known.
    public init(
        dataset: String,
        split: String,
        model: String,
        scenes: [(name: String, counts: RayCounts)],
        expectedSamples: UInt64? = nil
    ) {
        var total = RayCounts()
        for scene in scenes { total.merge(scene.counts) }
        self.dataset = dataset
        self.split = split
        self.model = model
        sceneCount = scenes.count
        sampleCount = total.samples
        expectedSampleCount = expectedSamples
        rayCount = total.rays
        rayIoU_percent = total.rayIoU.map { $0 * 100 }
        let limits = Array(RayCounts.thresholds_m.enumerated())
        thresholds = limits.map { index, threshold_m in
            Threshold(threshold_m: threshold_m, rayIoU_percent: total.rayIoU(threshold: index).map { $0 * 100 })
        }
        labels = OccupancyClass.names.dropLast().enumerated().map { label, name in
            let scores = limits.map { index, threshold_m in
                Score(
                    threshold_m: threshold_m,
                    iou_percent: total.iou(of: label, threshold: index).map { $0 * 100 },
                    hits: total.hits[index][label]
                )
            }
            return Label(
                name: name,
                scores: scores,
                truthRays: total.truth[label],
                predictedRays: total.predicted[label]
            )
        }
        self.scenes = scenes.map {
            Scene(name: $0.name, samples: $0.counts.samples, rayIoU_percent: $0.counts.rayIoU.map { $0 * 100 })
        }
    }

    /// Split, scenes, samples and rays in one line, to stand beside every number.
    public var caption: String {
        var samples = "\(sampleCount) samples"
        if let expected = expectedSampleCount {
            samples = expected == sampleCount ? "all \(sampleCount) samples" : "\(sampleCount) of \(expected) samples"
        }
        return "\(dataset) \(split), no mask, \(sceneCount) scenes, \(samples), \(rayCount) rays"
    }
}
