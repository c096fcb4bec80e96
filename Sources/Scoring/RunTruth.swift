public import Datasets
public import Evaluation
public import Scenes

/// What offline scoring reads from a dataset: where the lidar was, annotations, and voxel labels.
public struct RunTruth: Sendable {
    /// The scenes of the split by name; empty where the tables are not at hand.
    public let frames: [String: SceneFrames]
    /// Annotations by scene; nil where they were not asked for or the dataset has none.
    public let annotations: [String: DetectionSceneTruth]?
    /// The voxel labels.
    public let labels: any LabelSource

    /// Puts together what is at hand.
    public init(
        frames: [SceneFrames],
        annotations: [String: DetectionSceneTruth]?,
        labels: any LabelSource
    ) {
        self.frames = Dictionary(frames.map { ($0.name, $0) }) { first, _ in first }
        self.annotations = annotations
        self.labels = labels
    }

    /// Reads a dataset, or as much of it as is there.
    ///
    /// - Parameters:
    ///   - split: the run's split; nil for every scene.
    ///   - isDetection: whether annotations are wanted.
    /// - Throws: `DatasetError`, `EvaluationError` for annotations that the detection task does not know.
    public static func read(_ source: any DatasetSource, split: String?, isDetection: Bool) throws -> RunTruth {
        let options = ResolutionOptions(skipMissing: true, imageCheck: .none)
        let scenes = try source.resolve(split: split, options: options).scenes
        return RunTruth(
            frames: scenes,
            annotations: isDetection ? try annotations(of: scenes, in: source, split: split) : nil,
            labels: source.labels
        )
    }

    /// The annotations of scenes by name; nil where the dataset has none, as nuScenes' test split.
    ///
    /// - Throws: `DatasetError`, `EvaluationError`.
    public static func annotations(
        of scenes: [SceneFrames],
        in source: any DatasetSource,
        split: String?
    ) throws -> [String: DetectionSceneTruth]? {
        guard let read = try source.annotations(of: scenes) else { return nil }
        let truths = try read.map { ($0.name, try DetectionSceneTruth($0, split: split ?? "")) }
        return Dictionary(truths) { first, _ in first }
    }

    /// The scorer of one scene.
    public func scorer(of scene: String, metrics: [any SceneMetric] = Metrics.known) -> SceneScorer {
        SceneScorer(
            scene: scene,
            frames: frames[scene],
            annotations: annotations?[scene],
            labels: labels,
            metrics: metrics
        )
    }
}
