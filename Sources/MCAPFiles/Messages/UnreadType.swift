/// Types that hold pictures or poses and are not read, with what helps.
public enum UnreadType {
    /// Why messages of a channel are not read; nil where there is nothing to say but that the type is unknown.
    ///
    /// - Parameters:
    ///   - messageEncoding: the channel's, such as `cdr`.
    ///   - schemaName: the schema's, such as `sensor_msgs/msg/Image`.
    public static func reason(messageEncoding: String, schemaName: String) -> String? {
        let name = schemaName.replacing("/msg/", with: "/", maxReplacements: 1)
        switch name {
        case "sensor_msgs/Image", "foxglove.RawImage":
            return "pictures that are not compressed: make JPEG pictures of them, with ROS 2 by"
                + " ros2 run image_transport republish raw compressed"
        case "foxglove.CompressedVideo", "foxglove_msgs/CompressedVideo", "ffmpeg_image_transport_msgs/FFMPEGPacket":
            return "a video stream: make pictures of it by ffmpeg (docs/mcap.md shows how)"
        case "foxglove.PosesInFrame", "nav_msgs/Path", "geometry_msgs/PoseArray":
            return "lists of poses, which do not say where the car was when"
        default:
            let isKnown = MessageDecoder.MessageType(rawValue: name) != nil
            return isKnown ? "the encoding '\(messageEncoding)' is not read for this type" : nil
        }
    }
}
