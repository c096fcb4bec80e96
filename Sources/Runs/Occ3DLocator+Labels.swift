internal import Datasets
internal import Foundation

extension Occ3DLocator {
    /// Whether a sample has a label file.
    func hasLabels(scene: String, sample: String) -> Bool {
        FileManager.default.fileExists(atPath: path(scene: scene, sample: sample))
    }
}
