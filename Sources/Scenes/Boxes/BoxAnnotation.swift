/// An annotated box in the global frame, as the tables of a dataset hold it, of any category.
public struct BoxAnnotation: Hashable, Sendable {
    /// The annotation's token.
    public var token: String
    /// Name of the category of its instance, such as `vehicle.car`.
    public var category: String
    /// Names of its attributes, such as `vehicle.parked`; often one, possibly none.
    public var attributes: [String]
    /// The box's centre in the global frame, metres.
    public var translation: SIMD3<Double>
    /// Width, length and height, metres.
    public var size: SIMD3<Double>
    /// The orientation in the global frame, as the table holds it.
    public var rotation: Quaternion
    /// Velocity in the global frame, metres a second; nil where it cannot be estimated.
    public var velocity: SIMD3<Double>?
    /// Lidar points in the box.
    public var lidarPointCount: Int
    /// Radar points in the box.
    public var radarPointCount: Int

    /// Lidar and radar points in the box, both counted; boxes with none are not scored.
    public var pointCount: Int { lidarPointCount + radarPointCount }

    /// Makes an annotation from its parts.
    public init(
        token: String,
        category: String,
        attributes: [String],
        translation: SIMD3<Double>,
        size: SIMD3<Double>,
        rotation: Quaternion,
        velocity: SIMD3<Double>?,
        lidarPointCount: Int,
        radarPointCount: Int
    ) {
        self.token = token
        self.category = category
        self.attributes = attributes
        self.translation = translation
        self.size = size
        self.rotation = rotation
        self.velocity = velocity
        self.lidarPointCount = lidarPointCount
        self.radarPointCount = radarPointCount
    }
}
