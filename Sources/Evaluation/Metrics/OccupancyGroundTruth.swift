internal import ArrayFiles

/// The ground truth of one sample, as Occ3D's `labels.npz` holds it.
public struct OccupancyGroundTruth: Equatable, Sendable {
    /// Labels 0 to 17, uint8 [200, 200, 16] in row-major order.
    public let semantics: [UInt8]
    /// Not 0 where the lidar observed the voxel; nil where that is not known.
    public let maskLidar: [UInt8]?
    /// Not 0 where a camera sees the voxel; nil where that is not known.
    public let maskCamera: [UInt8]?

    /// Makes a ground truth; `accumulate` checks that the arrays fit.
    public init(semantics: [UInt8], maskLidar: [UInt8]?, maskCamera: [UInt8]?) {
        self.semantics = semantics
        self.maskLidar = maskLidar
        self.maskCamera = maskCamera
    }

    /// Reads `gts/<scene>/<token>/labels.npz`; masks may be missing.
    ///
    /// - Throws: `FileError` where the file cannot be read, `ArrayFileError` where `semantics` is missing or an array has another type
    ///   or shape.
    public init(contentsOf path: String) throws {
        let names = ["semantics", "mask_lidar", "mask_camera"]
        let limits = NPZArchive.Limits(entries: 64, arrayBytes: 1 << 20, totalBytes: 1 << 22)
        let archive = try NPZArchive(contentsOf: path, only: Set(names), limits: limits)
        let arrays = try names.enumerated().map { index, name in
            index > 0 && archive[name] == nil
                ? nil : try archive.elements(of: name, as: UInt8.self, shape: Occ3DClasses.shape)
        }
        self.init(semantics: arrays[0] ?? [], maskLidar: arrays[1], maskCamera: arrays[2])
    }
}
