internal import Evaluation
internal import Scenes
internal import Storage

/// What was counted of one sample, made in the same pass as the counts of its scene; nothing is read twice.
///
/// ```swift
/// let scores = try RunScores.recomputed(manifest, directory: directory, truth: truth, sample: { sample in
///     list.withLock { $0.append((sample.token, sample.scores(caption).first?.value)) }    // a few numbers, not the counts
/// })
/// ```
///
/// Counts of a sample take some 10 KB, those of many boxes more: keep what is made of them.
public struct SampleScores: Sendable {
    /// Name of the scene.
    public let scene: String
    /// Place in the scene file, from 0.
    public let index: Int
    /// The sample's token.
    public let token: String
    /// The counts of this sample alone; empty where it has no ground truth, and then the gaps say why.
    public let metrics: SceneMetrics

    /// The few numbers that tell how good the sample is: those of the metrics that judge its kind, in their order; the first ranks.
    ///
    /// - Parameter metrics: what was counted.
    public func scores(_ caption: ScoreCaption, by metrics: [any SceneMetric] = Metrics.known) -> [HeadlineScore] {
        let kinds = Metrics.known.filter { self.metrics[part: type(of: $0).part] != nil }.map { type(of: $0).kind }
        return metrics.filter { kinds.contains(type(of: $0).kind) }.flatMap {
            $0.sampleScores(of: self.metrics, caption)
        }
    }

    /// Why the sample is not, or not wholly, scored; nil where nothing is missing.
    public func remark(_ caption: ScoreCaption) -> String? {
        let gaps = metrics.gaps
        for reason in TruthGaps.Reason.allCases {
            guard let example = gaps.examples(reason).first else { continue }
            switch reason {
            case .absent: return "no ground truth"
            case .unreadable: return "its ground truth cannot be read: \(example.why)"
            case .damaged: return "its ground truth is damaged: \(example.why)"
            case .failed: return "it could not be scored: \(example.why)"
            case .noCameraMask: if caption.mask == .camera { return "its label file has no mask_camera" }
            case .noLidarMask: if caption.mask == .lidar { return "its label file has no mask_lidar" }
            case .noRays: return "no RayIoU: \(example.why)"
            }
        }
        return nil
    }
}
