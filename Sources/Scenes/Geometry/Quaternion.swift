internal import Glibc

/// A rotation as a quaternion, real part first, as nuScenes writes it.
///
/// The parts are kept exactly as a table holds them; whatever turns by them normalises first, as the published code does.
public struct Quaternion: Hashable, Sendable {
    /// The real part.
    public var w: Double
    /// The imaginary part along x.
    public var x: Double
    /// The imaginary part along y.
    public var y: Double
    /// The imaginary part along z.
    public var z: Double

    /// Makes a quaternion from its four parts.
    public init(w: Double, x: Double, y: Double, z: Double) {
        self.w = w
        self.x = x
        self.y = y
        self.z = z
    }

    /// Makes the rotation about the z axis.
    public init(yaw_rad: Double) {
        self.init(w: cos(yaw_rad / 2), x: 0, y: 0, z: sin(yaw_rad / 2))
    }

    /// The rotation by nothing.
    public static let identity = Quaternion(w: 1, x: 0, y: 0, z: 0)

    /// The sum of the four squares, 1 for a rotation.
    public var squaredNorm: Double { w * w + x * x + y * y + z * z }

    /// Whether all four parts are finite numbers.
    public var isFinite: Bool { w.isFinite && x.isFinite && y.isFinite && z.isFinite }

    /// The rotation of length 1: pyquaternion's `_normalise`.
    ///
    /// A quaternion whose squared norm differs from 1 by less than 1e-14 stays as it is, and so does 0, which has no direction.
    public var normalised: Quaternion { normalised(squaredNorm: squaredNorm) }

    /// As `normalised`, by a squared norm that was summed in another way.
    func normalised(squaredNorm: Double) -> Quaternion {
        guard abs(1 - squaredNorm) >= 1e-14, squaredNorm > 0 else { return self }
        let norm = squaredNorm.squareRoot()
        return Quaternion(w: w / norm, x: x / norm, y: y / norm, z: z / norm)
    }

    /// The product of two rotations: first `other`, then this one.
    public func times(_ other: Quaternion) -> Quaternion {
        Quaternion(
            w: w * other.w - x * other.x - y * other.y - z * other.z,
            x: w * other.x + x * other.w + y * other.z - z * other.y,
            y: w * other.y - x * other.z + y * other.w + z * other.x,
            z: w * other.z + x * other.y - y * other.x + z * other.w
        )
    }

    /// The rows of pyquaternion's `_q_matrix` and `_q_bar_matrix` that a rotation matrix is the product of.
    var factors: (left: [SIMD4<Double>], right: [SIMD4<Double>]) {
        (
            [SIMD4(x, w, -z, y), SIMD4(y, z, w, -x), SIMD4(z, -y, x, w)],
            [SIMD4(x, w, z, -y), SIMD4(y, -z, w, x), SIMD4(z, y, -x, w)]
        )
    }

    /// The columns of the rotation matrix: where the axes forward, left and up of a turned box point.
    ///
    /// Sums are rounded as numpy's are (`FusedSums`), because nuscenes-devkit judges boxes by these; 0 gives zeros.
    public var axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) {
        let parts = SIMD4(w, x, y, z)
        let (left, right) = normalised(squaredNorm: FusedSums.dot(parts, parts)).factors
        func column(_ index: Int) -> SIMD3<Double> {
            SIMD3(
                FusedSums.dot(left[0], right[index]),
                FusedSums.dot(left[1], right[index]),
                FusedSums.dot(left[2], right[index])
            )
        }
        return (column(0), column(1), column(2))
    }

    /// The angle of the forward axis in the xy plane, radians, -pi to pi: nuscenes-devkit's `quaternion_yaw`.
    public var yaw_rad: Double {
        let forward = axes.0
        return atan2(forward.y, forward.x)
    }
}
