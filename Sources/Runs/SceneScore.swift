internal import ArrayFiles
public import Datasets
public import Evaluation
public import Storage

/// The score of one scene file against ground truth on disk.
public enum SceneScore {
    /// Whether a file holds voxel labels, which is what confusions are of.
    public static func isOccupancy(_ reader: SceneFileReader) -> Bool {
        reader.entries.allSatisfy { $0.kind == .occupancy }
    }

    /// Confusions of every sample of a scene file.
    ///
    /// - Throws: `DatasetError` naming the label file, `StorageError` naming the scene file, `EvaluationError` naming the sample.
    public static func confusions(
        of reader: SceneFileReader,
        scene: String,
        locator: Occ3DLocator
    ) throws -> MaskedConfusions {
        var confusions = MaskedConfusions()
        for entry in reader.entries {
            let prediction = try reader.sample(entry).occupancy()
            let labels = try Occ3DLabels.read(locator.path(scene: scene, sample: entry.token))
            let truth = OccupancyGroundTruth(
                semantics: labels.semantics,
                maskLidar: labels.maskLidar,
                maskCamera: labels.maskCamera
            )
            try confusions.accumulate(prediction: prediction.bytes, truth: truth, sample: entry.token)
        }
        return confusions
    }
}
