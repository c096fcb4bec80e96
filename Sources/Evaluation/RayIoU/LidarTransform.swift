internal import Foundation

/// A rotation followed by a translation as nuScenes' tables hold it: `p' = R p + t`, metres.
public struct LidarTransform: Hashable, Sendable, Codable {
    /// The translation in metres: x, y, z.
    public var translation: SIMD3<Double>
    /// The rotation as a quaternion in the tables' order: w, x, y, z.
    public var rotation: SIMD4<Double>

    /// Makes a transform from its two parts; `LidarOrigins` checks them.
    public init(translation: SIMD3<Double>, rotation: SIMD4<Double>) {
        self.translation = translation
        self.rotation = rotation
    }

    /// Whether it is a transform at all: finite numbers, and a quaternion that has a direction.
    var isUsable: Bool {
        let squares = squaredNorm
        let sum = translation.sum()
        return sum.isFinite && squares.isFinite && squares > 1e-200
    }

    private var squaredNorm: Double { (rotation * rotation).sum() }

    /// The 4 x 4 matrix in float64.
    ///
    /// A quaternion whose squared norm differs from 1 by 1e-14 or more is divided by its norm first, as pyquaternion's
    /// `rotation_matrix` does.
    var matrix: Matrix4 {
        let squares = squaredNorm
        let unit = abs(1 - squares) < 1e-14 ? rotation : rotation / squares.squareRoot()
        let (w, x, y, z) = (unit[0], unit[1], unit[2], unit[3])
        return Matrix4(rows: [
            SIMD4(w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y), translation.x),
            SIMD4(2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x), translation.y),
            SIMD4(2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z, translation.z),
            SIMD4(0, 0, 0, 1),
        ])
    }
}
