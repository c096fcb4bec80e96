/// A rotation as a quaternion, real part first, as nuScenes writes it.
///
/// The values are kept exactly as the table holds them; `RigidTransform.matrix` normalises where the published code does.
public struct Quaternion: Hashable, Sendable, Codable {
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

    /// The rotation by nothing.
    public static let identity = Quaternion(w: 1, x: 0, y: 0, z: 0)

    /// The sum of the four squares, 1 for a rotation.
    public var squaredNorm: Double { w * w + x * x + y * y + z * z }

    /// Whether all four parts are finite numbers.
    public var isFinite: Bool { w.isFinite && x.isFinite && y.isFinite && z.isFinite }
}
