internal import ArrayFiles
public import Scenes

/// Reads Occ3D-nuScenes ground truth, `gts/<scene>/<token>/labels.npz`: three uint8 arrays over the `VoxelGrid`.
public enum Occ3DFile {
    /// Reads one sample's `labels.npz`; a mask may be missing, and what needs it cannot be had then.
    ///
    /// - Throws: `DatasetError` of kind `badGroundTruth` when the file is missing or damaged, lacks `semantics`, or an array has another
    ///   shape, type or range than the format has.
    public static func read(_ path: String) throws(DatasetError) -> VoxelLabels {
        let archive: NPZArchive
        let names = ["semantics", "mask_lidar", "mask_camera"]
        do {
            let limits = NPZArchive.Limits(entries: 64, arrayBytes: 1 << 24, totalBytes: 1 << 26)
            archive = try NPZArchive(contentsOf: path, only: Set(names), limits: limits)
        } catch {
            throw failure(path, "\(error)")
        }
        return VoxelLabels(
            semantics: try grid("semantics", of: archive, path: path, highest: OccupancyClass.freeLabel),
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
            values = try archive.elements(of: name, as: UInt8.self, shape: VoxelGrid.shape)
        } catch {
            throw failure(path, "\(error)")
        }
        if let index = values.firstIndex(where: { $0 > highest }) {
            let (y, z) = (VoxelGrid.countY, VoxelGrid.countZ)
            let voxel = [index / (y * z), index / z % y, index % z]
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
