internal import Foundation

/// Six cameras and a roof lidar, placed and timed like the vehicles of nuScenes.
struct SensorRig: Sendable {
    let cameras: [PinholeCamera]
    /// Lidar position in the ego frame; its x points right and its y ahead, as in nuScenes.
    static let lidarTranslation = SIMD3(0.94, 0.0, 1.84)
    static let lidarYaw = -Double.pi / 2
    static let lidarChannel = "LIDAR_TOP"

    /// A camera's place in the rig; lengths in metres, angles in degrees, focal length for pictures 1600 wide.
    private struct Mount {
        let channel: String
        let x: Double
        let y: Double
        let z: Double
        let yaw: Double
        let focal: Double
        /// When it fires against the lidar's time stamp, microseconds.
        let delay: Int
    }

    // Rounded from the published description of the nuScenes vehicles (nuscenes.org, "Sensor setup").
    private static let mounts = [
        Mount(channel: "CAM_FRONT", x: 1.70, y: 0.0, z: 1.51, yaw: 0, focal: 1266, delay: -35_500),
        Mount(channel: "CAM_FRONT_RIGHT", x: 1.55, y: -0.49, z: 1.50, yaw: -56, focal: 1260, delay: -27_500),
        Mount(channel: "CAM_BACK_RIGHT", x: 1.02, y: -0.48, z: 1.56, yaw: -110, focal: 1260, delay: -20_000),
        Mount(channel: "CAM_BACK", x: 0.03, y: 0.0, z: 1.58, yaw: 180, focal: 809, delay: -10_400),
        Mount(channel: "CAM_BACK_LEFT", x: 1.03, y: 0.48, z: 1.59, yaw: 109, focal: 1257, delay: -500),
        Mount(channel: "CAM_FRONT_LEFT", x: 1.52, y: 0.49, z: 1.51, yaw: 55, focal: 1272, delay: -43_000),
    ]

    /// When each camera fires against the lidar's time stamp, microseconds; each keyframe jitters by up to 1 ms more.
    static let cameraDelays = mounts.map(\.delay)
    static let cameraChannels = mounts.map(\.channel)

    /// The rig of one log: mounted with small errors that are its own and that its calibration knows.
    init(seed: UInt64, scene: Int, width: Int, height: Int) {
        var random = RandomStream(seed: seed, UInt64(scene), 4)
        cameras = Self.mounts.map { mount in
            let degree = Double.pi / 180
            // Pictures are 1600 x 900 at heart: the width sets the scale, the principal point's height follows.
            let scale = Double(width) / 1600
            return PinholeCamera(
                channel: mount.channel,
                translation: SIMD3(
                    mount.x + random.uniform(-0.01, 0.01),
                    mount.y + random.uniform(-0.01, 0.01),
                    mount.z + random.uniform(-0.01, 0.01)
                ),
                yaw: (mount.yaw + random.uniform(-0.6, 0.6)) * degree,
                pitch: random.uniform(-0.6, 0.6) * degree,
                roll: random.uniform(-0.5, 0.5) * degree,
                focal: mount.focal * random.uniform(0.997, 1.003) * scale,
                principalX: (800 + random.uniform(-16.0, 16.0)) * scale,
                principalY: (455 + random.uniform(-14.0, 14.0)) * Double(height) / 900,
                width: width,
                height: height
            )
        }
    }
}
