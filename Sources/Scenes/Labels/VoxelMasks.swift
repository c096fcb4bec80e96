/// Which voxels of a sample were seen, as Occ3D's label files say it.
public struct VoxelMasks: Hashable, Sendable {
    /// Not 0 where a camera sees the voxel, flattened as `VoxelGrid` says.
    public var camera: [UInt8]
    /// Not 0 where the lidar observes it.
    public var lidar: [UInt8]

    /// Makes masks.
    public init(camera: [UInt8], lidar: [UInt8]) {
        self.camera = camera
        self.lidar = lidar
    }
}
