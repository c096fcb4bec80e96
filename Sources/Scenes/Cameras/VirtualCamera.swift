/// A pinhole camera that pictures are turned and scaled to, so that a network sees what it was trained to see.
///
/// Its optical axis is level; its middle is the picture's. Where it stands is where the camera stands whose pictures it takes.
public struct VirtualCamera: Codable, Hashable, Sendable {
    /// The name of the camera that it takes the place of, such as `CAM_FRONT`.
    public var slot: String
    /// Width of its picture, pixels.
    public var width_px: Int
    /// Height of its picture, pixels.
    public var height_px: Int
    /// Focal length across, pixels.
    public var focalX_px: Double
    /// Focal length down, pixels.
    public var focalY_px: Double
    /// Direction of the optical axis in the ego frame: 0 is ahead, 90 left.
    public var yaw_deg: Double

    /// Makes a camera from its parts.
    public init(
        slot: String,
        width_px: Int,
        height_px: Int,
        focalX_px: Double,
        focalY_px: Double,
        yaw_deg: Double
    ) {
        self.slot = slot
        self.width_px = width_px
        self.height_px = height_px
        self.focalX_px = focalX_px
        self.focalY_px = focalY_px
        self.yaw_deg = yaw_deg
    }

    /// Whether its numbers are those of a camera: sides of 1 to 4096 pixels, focal lengths of 1 to a million, a finite direction.
    public var isUsable: Bool {
        [width_px, height_px].allSatisfy { (1...4096).contains($0) }
            && [focalX_px, focalY_px].allSatisfy { (1...1e6).contains($0) } && yaw_deg.isFinite
    }

    /// All of it in one line, for people and for the names of runs.
    public var words: String { "\(slot) \(width_px)x\(height_px) f \(focalX_px) \(focalY_px) yaw \(yaw_deg)" }

    /// From the axes of a camera that looks ahead (x right, y down, z forward) to those of the ego frame (x forward, y left, z up).
    private static let egoFromLevel = Quaternion(w: 0.5, x: -0.5, y: 0.5, z: -0.5)

    /// Its axes in the ego frame.
    public var egoFromView: Quaternion { Quaternion(yaw_rad: yaw_deg * .pi / 180).times(Self.egoFromLevel) }

    /// Its picture, made from a camera's own.
    ///
    /// - Parameter sensorToEgo: the place of that camera.
    public func view(from sensorToEgo: RigidTransform) -> PinholeView {
        let mount = sensorToEgo.rotation.normalised
        let egoToSensor = Quaternion(w: mount.w, x: -mount.x, y: -mount.y, z: -mount.z)
        return PinholeView(
            width: width_px,
            height: height_px,
            focalX_px: focalX_px,
            focalY_px: focalY_px,
            centreX_px: Double(width_px - 1) / 2,
            centreY_px: Double(height_px - 1) / 2,
            cameraFromView: egoToSensor.times(egoFromView)
        )
    }
}
