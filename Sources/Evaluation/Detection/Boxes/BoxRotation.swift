internal import Foundation

/// The orientation of a box as a quaternion, real part first, as nuScenes writes it.
public struct BoxRotation: Codable, Equatable, Sendable {
    /// The real part.
    public let w: Double
    /// The imaginary part along x.
    public let x: Double
    /// The imaginary part along y.
    public let y: Double
    /// The imaginary part along z.
    public let z: Double

    /// Makes a rotation from the quaternion's four parts.
    public init(w: Double, x: Double, y: Double, z: Double) {
        self.w = w
        self.x = x
        self.y = y
        self.z = z
    }

    /// Makes a rotation about the z axis.
    public init(yaw_rad: Double) {
        self.init(w: cos(yaw_rad / 2), x: 0, y: 0, z: sin(yaw_rad / 2))
    }

    /// The angle of the box's forward axis in the xy plane, radians, -pi to pi.
    ///
    /// nuscenes-devkit's `quaternion_yaw`: the first column of the rotation matrix, projected.
    public var yaw_rad: Double {
        let forward = axes.0
        return atan2(forward.y, forward.x)
    }

    /// The columns of the rotation matrix: the box's axes forward, left and up.
    ///
    /// As pyquaternion's `rotation_matrix`: a quaternion whose squared norm differs from 1 by 1e-14 or more is divided by its norm
    /// first; the quaternion 0 gives zeros.
    var axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) {
        let q = normalised
        let left = [
            SIMD4(q.x, q.w, -q.z, q.y), SIMD4(q.y, q.z, q.w, -q.x), SIMD4(q.z, -q.y, q.x, q.w),
        ]
        let right = [
            SIMD4(q.x, q.w, q.z, -q.y), SIMD4(q.y, -q.z, q.w, q.x), SIMD4(q.z, q.y, -q.x, q.w),
        ]
        func column(_ index: Int) -> SIMD3<Double> {
            SIMD3(
                FusedSums.dot(left[0], right[index]),
                FusedSums.dot(left[1], right[index]),
                FusedSums.dot(left[2], right[index])
            )
        }
        return (column(0), column(1), column(2))
    }

    private var normalised: BoxRotation {
        let q = SIMD4(w, x, y, z)
        let squaredNorm = FusedSums.dot(q, q)
        guard abs(1 - squaredNorm) >= 1e-14, squaredNorm > 0 else { return self }
        let norm = squaredNorm.squareRoot()
        return BoxRotation(w: w / norm, x: x / norm, y: y / norm, z: z / norm)
    }
}
