internal import Foundation

/// A calibrated camera: where it sits on the vehicle, how it looks and how it projects.
struct PinholeCamera: Sendable {
    /// nuScenes channel, such as `CAM_FRONT`.
    let channel: String
    /// Position in the ego frame, metres.
    let translation: SIMD3<Double>
    /// Turn of the optical axis about the vertical (0 is ahead, positive left), then downward tilt and roll, radians.
    let yaw: Double
    let pitch: Double
    let roll: Double
    /// Focal length and principal point in pixels; pixel (0, 0) has its centre at (0, 0).
    let focal: Double
    let principalX: Double
    let principalY: Double
    let width: Int
    let height: Int

    /// Columns: the camera's x (right), y (down) and z (optical axis) in the ego frame.
    var axes: (right: SIMD3<Double>, down: SIMD3<Double>, forward: SIMD3<Double>) {
        let forward = SIMD3(cos(pitch) * cos(yaw), cos(pitch) * sin(yaw), -sin(pitch))
        let level = SIMD3(sin(yaw), -cos(yaw), 0)
        let steep = SIMD3(-sin(pitch) * cos(yaw), -sin(pitch) * sin(yaw), -cos(pitch))
        let c = cos(roll)
        let s = sin(roll)
        return (level * c + steep * s, steep * c - level * s, forward)
    }

    /// The rotation from camera axes to ego axes as a unit quaternion (w, x, y, z), w >= 0.
    var quaternion: [Double] {
        let a = axes
        // Matrix m[row][column] with the axes as columns; Shepperd's method with the largest component first.
        let m = [
            [a.right.x, a.down.x, a.forward.x], [a.right.y, a.down.y, a.forward.y], [a.right.z, a.down.z, a.forward.z],
        ]
        let squares = [
            1 + m[0][0] + m[1][1] + m[2][2], 1 + m[0][0] - m[1][1] - m[2][2], 1 - m[0][0] + m[1][1] - m[2][2],
            1 - m[0][0] - m[1][1] + m[2][2],
        ]
        let largest = (0..<4).max { squares[$0] < squares[$1] } ?? 0
        let root = max(squares[largest], 0).squareRoot()
        let f = 0.5 / root
        var q: [Double]
        switch largest {
        case 0: q = [root / 2, (m[2][1] - m[1][2]) * f, (m[0][2] - m[2][0]) * f, (m[1][0] - m[0][1]) * f]
        case 1: q = [(m[2][1] - m[1][2]) * f, root / 2, (m[0][1] + m[1][0]) * f, (m[0][2] + m[2][0]) * f]
        case 2: q = [(m[0][2] - m[2][0]) * f, (m[0][1] + m[1][0]) * f, root / 2, (m[1][2] + m[2][1]) * f]
        default: q = [(m[1][0] - m[0][1]) * f, (m[0][2] + m[2][0]) * f, (m[1][2] + m[2][1]) * f, root / 2]
        }
        if q[0] < 0 { q = q.map { -$0 } }
        return q
    }

    /// Pixel and depth of a point of the ego frame; nil at or behind the camera.
    func project(_ point: SIMD3<Double>) -> (u: Double, v: Double, depth: Double)? {
        let d = point - translation
        let a = axes
        let depth = (d * a.forward).sum()
        guard depth > 0.05 else { return nil }
        return (
            principalX + focal * (d * a.right).sum() / depth, principalY + focal * (d * a.down).sum() / depth, depth
        )
    }
}
