public import Scenes

/// A predicted box in the global frame.
public struct DetectionBox: Equatable, Sendable {
    /// Token of the sample.
    public let sampleToken: String
    /// The box's centre in the global frame, metres.
    public let translation: SIMD3<Double>
    /// Width, length and height, metres.
    public let size: SIMD3<Double>
    /// The orientation in the global frame.
    public let rotation: Quaternion
    /// Velocity along x and y of the global frame, metres a second; nil where it is unknown (NaN in files).
    public let velocity: SIMD2<Double>?
    /// The class.
    public let name: DetectionClass
    /// The score; larger is surer.
    public let score: Double
    /// The attribute; nil for none, which never agrees with one that is annotated.
    public let attribute: DetectionAttribute?

    /// Makes a box.
    ///
    /// - Throws: `EvaluationError` (`invalidPrediction`) where a number is not finite.
    public init(
        sampleToken: String,
        translation: SIMD3<Double>,
        size: SIMD3<Double>,
        rotation: Quaternion,
        velocity: SIMD2<Double>?,
        name: DetectionClass,
        score: Double,
        attribute: DetectionAttribute?
    ) throws {
        self.sampleToken = sampleToken
        self.translation = translation
        self.size = size
        self.rotation = rotation
        self.velocity = velocity
        self.name = name
        self.score = score
        self.attribute = attribute
        guard translation.isFinite, size.isFinite, rotation.isFinite, velocity?.isFinite ?? true, score.isFinite else {
            throw EvaluationError(
                .invalidPrediction,
                source: sampleToken,
                "a predicted \(name.rawValue) has a number that is not finite: centre \(translation.listed), size \(size.listed), "
                    + "velocity \(velocity.map { "[\($0.x), \($0.y)]" } ?? "unknown"), score \(score)"
            )
        }
    }

    /// Whether width, length and height are above 0, without which no overlap is defined.
    public var hasSize: Bool { size.x > 0 && size.y > 0 && size.z > 0 }
}
