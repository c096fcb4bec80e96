import Scenes

extension BoxAnnotation {
    /// An annotation of what scores look at: velocity in the map's plane, points of one kind.
    init(
        category: String,
        attributes: [String],
        translation: SIMD3<Double>,
        size: SIMD3<Double>,
        rotation: Quaternion,
        velocity: SIMD2<Double>?,
        pointCount: Int
    ) {
        self.init(
            token: "",
            category: category,
            attributes: attributes,
            translation: translation,
            size: size,
            rotation: rotation,
            velocity: velocity.map { SIMD3($0.x, $0.y, 0) },
            lidarPointCount: pointCount,
            radarPointCount: 0
        )
    }
}
