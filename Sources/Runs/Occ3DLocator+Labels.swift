internal import Datasets
internal import SystemSupport

extension Occ3DLocator {
    /// Whether a sample has a label file.
    ///
    /// - Throws: `FileError` where that cannot be told: a folder on the way may not be entered.
    func hasLabels(scene: String, sample: String) throws -> Bool {
        try Folders.isPresent(path(scene: scene, sample: sample))
    }
}
