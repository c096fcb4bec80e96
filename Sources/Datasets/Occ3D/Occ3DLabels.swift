internal import ArrayFiles

/// The Occ3D-nuScenes ground truth of one sample.
///
/// Three grids [200, 200, 16] over (x, y, z) of the ego frame, 0.4 m a voxel, from (-40, -40, -1) to (40, 40, 5.4) m, flattened
/// with z fastest. Source of the layout: Occ3D's documentation (`gts/<scene>/<token>/labels.npz`).
public struct Occ3DLabels: Hashable, Sendable {
    /// The grids' shape: x, y, z.
    public static let shape = [200, 200, 16]
    /// The number of voxels of a grid.
    public static let voxelCount = 200 * 200 * 16
    /// The class of free space; classes 0 to 16 are occupied.
    public static let freeClass: UInt8 = 17

    /// The class of each voxel, 0 to 17.
    public let semantics: [UInt8]
    /// 1 where the lidar observed the voxel, else 0; nil where the file has no such array.
    public let maskLidar: [UInt8]?
    /// 1 where a camera observed the voxel, else 0; nil where the file has no such array.
    public let maskCamera: [UInt8]?

    /// Reads one sample's `labels.npz`; a mask may be missing, and what needs it cannot be had then.
    ///
    /// - Throws: `DatasetError` of kind `badGroundTruth` when the file is missing or damaged, lacks `semantics`, or an array has another
    ///   shape, type or range than the format has.
    public static func read(_ path: String) throws(DatasetError) -> Occ3DLabels {
        let archive: NPZArchive
        let names = ["semantics", "mask_lidar", "mask_camera"]
        do {
            let limits = NPZArchive.Limits(entries: 64, arrayBytes: 1 << 24, totalBytes: 1 << 26)
            archive = try NPZArchive(contentsOf: path, only: Set(names), limits: limits)
        } catch {
            throw failure(path, "\(error)")
        }
        return Occ3DLabels(
            semantics: try grid("semantics", of: archive, path: path, highest: freeClass),
            maskLidar: try mask("mask_lidar", of: archive, path: path),
            maskCamera: try mask("mask_camera", of: archive, path: path)
        )
    }

    private static func mask(_ name: String, of archive: NPZArchive, path: String) throws(DatasetError) -> [UInt8]? {
        archive[name] == nil ? nil : try grid(name, of: archive, path: path, highest: 1)
    }

    private static func grid(
        _ name: String,
        of archive: NPZArchive,
        path: String,
        highest: UInt8
    ) throws(DatasetError) -> [UInt8] {
        let values: [UInt8]
        do {
            values = try archive.elements(of: name, as: UInt8.self, shape: shape)
        } catch {
            throw failure(path, "\(error)")
        }
        if let index = values.firstIndex(where: { $0 > highest }) {
            let voxel = [index / (200 * 16), index / 16 % 200, index % 16]
            throw failure(path, "\(name) holds \(values[index]) at voxel \(voxel), where at most \(highest) is legal")
        }
        return values
    }

    private static func failure(_ path: String, _ found: String) -> DatasetError {
        .problem(
            DatasetProblem(
                .badGroundTruth,
                file: path,
                found: found,
                advice: "download the Occ3D-nuScenes ground truth again: three uint8 arrays [200, 200, 16] named "
                    + "semantics, mask_lidar and mask_camera"
            )
        )
    }
}
