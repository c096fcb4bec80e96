internal import Glibc

/// A rotation followed by a translation: `p' = R p + t`, metres.
///
/// `sensorToEgo` of a camera takes a point of the camera's frame (x right, y down, z forward) to the ego frame (x forward, y left,
/// z up); `egoToGlobal` takes a point of the ego frame at one moment to the map's frame.
public struct RigidTransform: Hashable, Sendable, Codable {
    /// The translation in metres: x, y, z.
    public var translation: SIMD3<Double>
    /// The rotation, as the table holds it.
    public var rotation: Quaternion

    /// Makes a transform from its two parts.
    public init(translation: SIMD3<Double>, rotation: Quaternion) {
        self.translation = translation
        self.rotation = rotation
    }

    /// The transform that changes nothing.
    public static let identity = RigidTransform(translation: .zero, rotation: .identity)

    /// The 4 x 4 matrix in double precision, row-major, 16 values.
    ///
    /// The rotation is computed as pyquaternion's `rotation_matrix` does: a quaternion whose squared norm differs from 1 by
    /// 1e-14 or more is divided by its norm first, then the products of its left and right matrices are summed in order.
    public var matrix: [Double] {
        var q = rotation
        let squaredNorm = q.squaredNorm
        if abs(1 - squaredNorm) >= 1e-14 && squaredNorm > 0 {
            let norm = sqrt(squaredNorm)
            q = Quaternion(w: q.w / norm, x: q.x / norm, y: q.y / norm, z: q.z / norm)
        }
        let left = [
            SIMD4(q.x, q.w, -q.z, q.y),
            SIMD4(q.y, q.z, q.w, -q.x),
            SIMD4(q.z, -q.y, q.x, q.w),
        ]
        let right = [
            SIMD4(q.x, q.w, q.z, -q.y),
            SIMD4(q.y, -q.z, q.w, q.x),
            SIMD4(q.z, q.y, -q.x, q.w),
        ]
        var matrix: [Double] = []
        matrix.reserveCapacity(16)
        for row in 0..<3 {
            for column in 0..<3 {
                let terms = left[row] * right[column]
                matrix.append(terms[0] + terms[1] + terms[2] + terms[3])
            }
            matrix.append(translation[row])
        }
        matrix.append(contentsOf: [0, 0, 0, 1])
        return matrix
    }

    /// The 4 x 4 matrix in single precision, row-major, 16 values: `matrix`, each value rounded to the nearest.
    ///
    /// This is what the published loader hands to the network (`get_sensor_transforms`: double precision up to the rotation
    /// matrix and the translation, then `torch.Tensor`, which is float32).
    public var matrixFloat32: [Float] { matrix.map(Float.init) }
}
