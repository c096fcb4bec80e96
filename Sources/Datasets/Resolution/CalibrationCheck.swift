internal import Scenes

/// Judges calibrations and poses before a network is given them.
enum CalibrationCheck {
    /// How far a quaternion's norm may be from 1; a rotation rounded to three decimals still passes.
    static let normTolerance = 1e-3

    /// What is wrong with an intrinsic matrix of so many rows, or nil.
    static func flaw(ofIntrinsics values: [Double], rows: Int) -> String? {
        guard values.count == 9, rows == 3 else {
            return values.isEmpty
                ? "camera_intrinsic is missing or empty" : "camera_intrinsic is not a 3 x 3 matrix of numbers"
        }
        guard values.allSatisfy(\.isFinite) else { return "camera_intrinsic is not finite" }
        let rows = [0, 3, 6].map { SIMD3(values[$0], values[$0 + 1], values[$0 + 2]) }
        let determinant = dot(rows[0], cross(rows[1], rows[2]))
        // The product of the rows' lengths is the largest that the determinant can be (Hadamard's inequality).
        var largest = 1.0
        for row in rows { largest *= dot(row, row).squareRoot() }
        let isRegular = determinant.isFinite && abs(determinant) > 1e-12 * largest
        return isRegular ? nil : "camera_intrinsic is singular: its determinant is \(determinant)"
    }

    /// What is wrong with a transform, or nil.
    static func flaw(of transform: RigidTransform) -> (kind: DatasetProblem.Kind, found: String)? {
        let t = transform.translation
        guard t.x.isFinite, t.y.isFinite, t.z.isFinite, transform.rotation.isFinite else {
            return (.badNumber, "the translation or rotation is not finite")
        }
        let norm = transform.rotation.squaredNorm.squareRoot()
        guard abs(norm - 1) <= normTolerance else {
            return (.badRotation, "the rotation is not a unit quaternion: its norm is \(norm)")
        }
        return nil
    }

    private static func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }

    private static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
        let products = SIMD3(a.y, a.z, a.x) * SIMD3(b.z, b.x, b.y)
        return products - SIMD3(a.z, a.x, a.y) * SIMD3(b.y, b.z, b.x)
    }
}
