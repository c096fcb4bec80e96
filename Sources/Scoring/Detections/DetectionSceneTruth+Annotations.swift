internal import Datasets
public import Evaluation
public import Scenes

extension DetectionSceneTruth {
    /// What the detection scores need of a scene's annotations.
    ///
    /// - Parameters:
    ///   - scene: the annotated boxes, as the tables have them.
    ///   - split: name of the run's split, which decides how samples are numbered (`DetectionOrder`).
    /// - Throws: `EvaluationError` naming the sample, for a scored box with several attributes or an unknown one.
    public init(_ scene: SceneAnnotations, split: String) throws {
        let order = DetectionOrder(split: split)
        self.init(
            samples: try scene.samples.enumerated().map { index, sample in
                Sample(
                    truth: try DetectionGroundTruth(
                        sampleToken: sample.token,
                        egoTranslation: sample.lidarEgoToGlobal.translation,
                        annotations: sample.boxes
                    ),
                    order: order == .resultsFile ? UInt64(index) : UInt64(sample.tableRow)
                )
            }
        )
    }
}

/// How the samples of a run are numbered, which decides between equal scores as nuscenes-devkit would.
public enum DetectionOrder: Equatable, Sendable {
    /// As `results_nusc.json` lists them: within a scene from 0, and scene after scene. For nuScenes' own splits.
    case resultsFile
    /// As `sample.json` lists them, over all scenes. For splits of `splits.json`, and for runs of every scene.
    case sampleTable

    /// The order that nuscenes-devkit takes for a split.
    public init(split: String) {
        self = OfficialSplit(rawValue: split) == nil ? .sampleTable : .resultsFile
    }
}
