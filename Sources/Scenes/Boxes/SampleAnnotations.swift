/// The annotated boxes of one sample.
public struct SampleAnnotations: Hashable, Sendable {
    /// The sample's token.
    public var token: String
    /// Index of the sample's row in `sample.json`, counted from 0.
    public var tableRow: Int
    /// The sample's time in microseconds.
    public var timestamp_us: Int64
    /// Where the ego vehicle is in the global frame by the ego pose of the sample's LIDAR_TOP keyframe.
    public var lidarEgoToGlobal: RigidTransform
    /// The boxes in the order of `sample_annotation.json`, of all categories.
    public var boxes: [BoxAnnotation]

    /// Makes a sample from its parts.
    public init(
        token: String,
        tableRow: Int,
        timestamp_us: Int64,
        lidarEgoToGlobal: RigidTransform,
        boxes: [BoxAnnotation]
    ) {
        self.token = token
        self.tableRow = tableRow
        self.timestamp_us = timestamp_us
        self.lidarEgoToGlobal = lidarEgoToGlobal
        self.boxes = boxes
    }
}
