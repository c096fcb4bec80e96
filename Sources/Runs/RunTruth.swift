public import Datasets
public import Evaluation
public import Scenes

/// What offline scoring reads from a dataset: where the lidar was, annotations, and where label files are.
public struct RunTruth: Sendable {
    /// The scenes of the split by name; empty where the tables are not at hand.
    public let frames: [String: SceneFrames]
    /// Annotations by scene; nil where they were not asked for or the dataset has none.
    public let annotations: [String: DetectionSceneTruth]?
    /// Where label files are.
    public let locator: Occ3DLocator

    /// Puts together what is at hand.
    public init(frames: [SceneFrames], annotations: [String: DetectionSceneTruth]?, locator: Occ3DLocator) {
        self.frames = Dictionary(frames.map { ($0.name, $0) }) { first, _ in first }
        self.annotations = annotations
        self.locator = locator
    }

    /// Reads the tables of a dataset, or as much of it as is there.
    ///
    /// - Parameters:
    ///   - root: the dataset's root folder.
    ///   - version: version of the tables.
    ///   - split: the run's split; `RunSettings.everyScene` for all.
    ///   - isDetection: whether annotations are wanted.
    /// - Throws: `DatasetError`, `EvaluationError` for annotations that the detection task does not know.
    public static func read(root: String, version: String, split: String, isDetection: Bool) throws -> RunTruth {
        let dataset = try NuScenesDataset.open(root: root, version: version)
        let resolved = try dataset.resolve(
            split: split == RunSettings.everyScene ? nil : split,
            options: ResolutionOptions(skipMissing: true, imageCheck: .none)
        )
        let annotations = isDetection ? try annotations(of: resolved.scenes, in: dataset, split: split) : nil
        return RunTruth(
            frames: resolved.scenes,
            annotations: annotations,
            locator: Occ3DLocator(datasetRoot: root)
        )
    }

    /// The annotations of scenes by name; nil where the dataset has none, as nuScenes' test split.
    ///
    /// - Throws: `DatasetError`, `EvaluationError`.
    public static func annotations(
        of scenes: [SceneFrames],
        in dataset: NuScenesDataset,
        split: String
    ) throws -> [String: DetectionSceneTruth]? {
        guard let read = try AnnotationTables.read(dataset, of: scenes) else { return nil }
        let truths = try read.map { ($0.name, try DetectionSceneTruth($0, split: split)) }
        return Dictionary(truths) { first, _ in first }
    }

    /// The scorer of one scene.
    public func scorer(of scene: String, countsRays: Bool = true) -> SceneScorer {
        SceneScorer(
            scene: scene,
            frames: frames[scene],
            annotations: annotations?[scene],
            locator: locator,
            countsRays: countsRays
        )
    }
}
