/// Where the lidar was at a keyframe, from the `sample_data` row of `LIDAR_TOP`.
///
/// No network needs it. Scores do: detections are judged within a distance of this ego pose, and RayIoU looks from the lidar's places.
public struct LidarPose: Hashable, Sendable {
    /// The lidar's place on the vehicle.
    public var sensorToEgo: RigidTransform
    /// The vehicle's pose at the time of the lidar's sweep.
    public var egoToGlobal: RigidTransform

    /// The channel whose rows are read.
    public static let channel = "LIDAR_TOP"

    /// Makes a pose from its parts.
    public init(sensorToEgo: RigidTransform, egoToGlobal: RigidTransform) {
        self.sensorToEgo = sensorToEgo
        self.egoToGlobal = egoToGlobal
    }
}
