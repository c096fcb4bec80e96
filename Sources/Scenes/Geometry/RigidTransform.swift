/// A rotation followed by a translation: `p' = R p + t`, metres.
///
/// `sensorToEgo` of a camera takes a point of the camera's frame (x right, y down, z forward) to the ego frame (x forward, y left,
/// z up); `egoToGlobal` takes a point of the ego frame at one moment to the map's frame.
public struct RigidTransform: Hashable, Sendable {
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
    /// The rotation is computed as pyquaternion's `rotation_matrix` does: the products of the left and right matrices of the
    /// normalised quaternion, summed in order.
    public var matrix: [Double] {
        let (left, right) = rotation.normalised.factors
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

    /// Whether all seven numbers are finite and the quaternion has a direction.
    public var isUsable: Bool {
        translation.isFinite && rotation.squaredNorm.isFinite && rotation.squaredNorm > 1e-200
    }

    /// First `other`, then this one.
    public func after(_ other: RigidTransform) -> RigidTransform {
        let placement = Placement(self)
        return RigidTransform(
            translation: placement.moved(other.translation),
            rotation: placement.turned(other.rotation.normalised)
        )
    }

    /// The way back.
    public var inverse: RigidTransform {
        let q = rotation.normalised
        let back = Quaternion(w: q.w, x: -q.x, y: -q.y, z: -q.z)
        let turned = Placement(RigidTransform(translation: .zero, rotation: back)).turned(translation)
        return RigidTransform(translation: -turned, rotation: back)
    }
}

/// A transform that is ready to move many points and boxes.
public struct Placement: Sendable {
    private let matrix: [Double]
    private let rotation: Quaternion

    /// Prepares a transform.
    public init(_ transform: RigidTransform) {
        matrix = transform.matrix
        // pyquaternion normalises a rotation when it is first used, and leaves it so.
        rotation = transform.rotation.normalised
    }

    /// A direction, turned.
    public func turned(_ v: SIMD3<Double>) -> SIMD3<Double> {
        func row(_ start: Int) -> Double { matrix[start] * v.x + matrix[start + 1] * v.y + matrix[start + 2] * v.z }
        return SIMD3(row(0), row(4), row(8))
    }

    /// A point, moved.
    public func moved(_ point: SIMD3<Double>) -> SIMD3<Double> {
        turned(point) + SIMD3(matrix[3], matrix[7], matrix[11])
    }

    /// A rotation, turned.
    public func turned(_ other: Quaternion) -> Quaternion { rotation.times(other) }
}
