/// Which voxels of a sample are scored.
public enum VisibilityMask: String, Codable, CaseIterable, Sendable {
    /// Those that a camera sees (`mask_camera`): the published protocol, and the default.
    case camera
    /// Those that the lidar observed (`mask_lidar`).
    case lidar
    /// All of them.
    case none
}
