internal import Datasets
internal import Evaluation

/// A pose, ready to move many boxes.
struct MapPlacement {
    private let matrix: [Double]
    private let rotation: Quaternion

    init(_ pose: RigidTransform) {
        matrix = pose.matrix
        // pyquaternion normalises a rotation when it is first used, and leaves it so.
        var q = pose.rotation
        let squaredNorm = q.squaredNorm
        if abs(1 - squaredNorm) >= 1e-14, squaredNorm > 0 {
            let norm = squaredNorm.squareRoot()
            q = Quaternion(w: q.w / norm, x: q.x / norm, y: q.y / norm, z: q.z / norm)
        }
        rotation = q
    }

    func turned(_ v: SIMD3<Double>) -> SIMD3<Double> {
        func row(_ start: Int) -> Double { matrix[start] * v.x + matrix[start + 1] * v.y + matrix[start + 2] * v.z }
        return SIMD3(row(0), row(4), row(8))
    }

    func moved(_ point: SIMD3<Double>) -> SIMD3<Double> { turned(point) + SIMD3(matrix[3], matrix[7], matrix[11]) }

    /// The product of the pose's rotation and another.
    func turned(_ other: BoxRotation) -> BoxRotation {
        let q = rotation
        return BoxRotation(
            w: q.w * other.w - q.x * other.x - q.y * other.y - q.z * other.z,
            x: q.w * other.x + q.x * other.w + q.y * other.z - q.z * other.y,
            y: q.w * other.y - q.x * other.z + q.y * other.w + q.z * other.x,
            z: q.w * other.z + q.x * other.y - q.y * other.x + q.z * other.w
        )
    }
}
