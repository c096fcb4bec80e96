public import Scenes

/// Where the lidar was at one keyframe of a scene, as nuScenes' tables say it.
///
/// Both transforms belong to the `sample_data` row of channel `LIDAR_TOP` whose `is_key_frame` is true: a camera's row of the same
/// sample has another ego pose, because it was taken some milliseconds apart.
public struct LidarKeyframe: Hashable, Sendable {
    /// Token of the sample.
    public var sample: String
    /// `ego_pose` of that row: ego frame to map frame (SparseOcc's `ego2global_*`).
    public var egoToGlobal: RigidTransform
    /// `calibrated_sensor` of that row: lidar frame to ego frame (SparseOcc's `lidar2ego_*`).
    public var lidarToEgo: RigidTransform

    /// Makes a keyframe from its parts; `LidarOrigins` checks them.
    public init(sample: String, egoToGlobal: RigidTransform, lidarToEgo: RigidTransform) {
        self.sample = sample
        self.egoToGlobal = egoToGlobal
        self.lidarToEgo = lidarToEgo
    }
}
