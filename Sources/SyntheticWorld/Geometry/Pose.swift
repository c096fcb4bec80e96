internal import Foundation

/// A rigid placement in the plane with a height: what ego vehicles and actors have in this flat world.
struct Pose: Sendable, Equatable {
    /// Global position, metres.
    var x: Double
    var y: Double
    var z: Double
    /// Counter-clockwise turn about z, radians; 0 looks along x.
    var yaw: Double

    /// A point given in this pose's frame, in the frame the pose is given in.
    func apply(_ point: SIMD3<Double>) -> SIMD3<Double> {
        let c = cos(yaw)
        let s = sin(yaw)
        return SIMD3(c * point.x - s * point.y + x, s * point.x + c * point.y + y, point.z + z)
    }

    /// A point given in the outer frame, in this pose's frame.
    func applyInverse(_ point: SIMD3<Double>) -> SIMD3<Double> {
        let c = cos(yaw)
        let s = sin(yaw)
        let dx = point.x - x
        let dy = point.y - y
        return SIMD3(c * dx + s * dy, -s * dx + c * dy, point.z - z)
    }

    /// The turn as a unit quaternion (w, x, y, z).
    var quaternion: [Double] { [cos(yaw / 2), 0, 0, sin(yaw / 2)] }
}
