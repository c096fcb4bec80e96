/// One annotated box as the tables of a dataset hold it, of any category.
public struct DetectionAnnotation: Codable, Equatable, Sendable {
    /// Name of the category, such as `vehicle.car`.
    public let category: String
    /// Names of the attributes.
    public let attributes: [String]
    /// The box's centre in the global frame, metres.
    public let translation: SIMD3<Double>
    /// Width, length and height, metres.
    public let size: SIMD3<Double>
    /// The orientation in the global frame.
    public let rotation: BoxRotation
    /// Velocity along x and y of the global frame, metres a second; nil where it cannot be estimated.
    public let velocity: SIMD2<Double>?
    /// Lidar and radar points in the box, both counted; boxes with none are not scored.
    public let pointCount: Int

    /// Makes an annotation; `DetectionGroundTruth` judges it.
    public init(
        category: String,
        attributes: [String],
        translation: SIMD3<Double>,
        size: SIMD3<Double>,
        rotation: BoxRotation,
        velocity: SIMD2<Double>?,
        pointCount: Int
    ) {
        self.category = category
        self.attributes = attributes
        self.translation = translation
        self.size = size
        self.rotation = rotation
        self.velocity = velocity
        self.pointCount = pointCount
    }
}
