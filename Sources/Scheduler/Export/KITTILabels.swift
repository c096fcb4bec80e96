internal import Evaluation
internal import Foundation
internal import Scenes

/// Label files of KITTI's object benchmark, with a score as the 16th column.
///
/// Columns: the `readme.txt` of KITTI's object development kit. Types are nuScenes' names, as nuscenes-devkit's `export_kitti.py` has them.
enum KITTILabels {
    /// KITTI's word for "nobody knows" of how much of an object others hide.
    private static let unknownOcclusion = 3

    /// The content of a camera's label file, a line a box.
    static func text(_ labels: [CameraLabel], _ frame: CameraFrame) -> String {
        labels.map { line($0, frame) + "\n" }.joined()
    }

    private static func line(_ label: CameraLabel, _ frame: CameraFrame) -> String {
        let (low, high) = label.clipped(to: frame, edge: 0)
        let size = label.box.size
        let numbers = [low.x, low.y, high.x, high.y].map { fixed($0, 2) }
        let places = [size.z, size.x, size.y, label.bottom.x, label.bottom.y, label.bottom.z, label.rotationY_rad]
        return
            ([
                label.box.name.rawValue, fixed(label.truncation(in: frame), 2), "\(unknownOcclusion)",
                fixed(label.alpha_rad, 4),
            ] + numbers + places.map { fixed($0, 4) } + [fixed(label.box.score, 6)]).joined(separator: " ")
    }

    private static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    /// The name of a sample's file without its ending.
    static func name(_ index: Int) -> String { String(format: "%06d", index) }
}
