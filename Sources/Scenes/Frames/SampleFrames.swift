/// One sample (a keyframe): the images of all cameras at one moment.
public struct SampleFrames: Hashable, Sendable {
    /// The sample's token, which names it in predictions and ground truth.
    public var token: String
    /// The sample's time, microseconds since 1970.
    public var timestamp_us: Int64
    /// The cameras, in the order of `CameraOrder.published` for nuScenes tables.
    public var cameras: [CameraFrame]
    /// Where the lidar was; nil where the tables do not say, which is no fault: only scores need it.
    public var lidar: LidarPose?

    /// Makes a sample from its parts.
    public init(token: String, timestamp_us: Int64, cameras: [CameraFrame], lidar: LidarPose? = nil) {
        self.token = token
        self.timestamp_us = timestamp_us
        self.cameras = cameras
        self.lidar = lidar
    }
}
