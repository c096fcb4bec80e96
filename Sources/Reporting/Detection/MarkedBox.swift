public import Scenes

/// A box as figures draw it, predicted or annotated, in the global frame.
public struct MarkedBox: Equatable, Sendable {
    /// The centre, metres.
    public var centre: SIMD3<Double>
    /// Width, length and height, metres.
    public var size: SIMD3<Double>
    /// The orientation; the front lies along its first axis.
    public var rotation: Quaternion
    /// Velocity, metres a second; nil where it is not known.
    public var velocity: SIMD2<Double>?
    /// Index in `DetectionPalette`; others are drawn in grey.
    public var label: Int
    /// The score of a prediction, 0 to 1; nil for annotations.
    public var score: Double?

    /// Makes a box.
    public init(
        centre: SIMD3<Double>,
        size: SIMD3<Double>,
        rotation: Quaternion,
        velocity: SIMD2<Double>? = nil,
        label: Int,
        score: Double? = nil
    ) {
        self.centre = centre
        self.size = size
        self.rotation = rotation
        self.velocity = velocity
        self.label = label
        self.score = score
    }

    /// The colour of its class.
    var colour: Colour {
        DetectionPalette.colours.indices.contains(label) ? DetectionPalette.colours[label] : DetectionPalette.unknown
    }

    /// Class and score, for people.
    public var title: String {
        let name = DetectionPalette.names.indices.contains(label) ? DetectionPalette.names[label] : "?"
        guard let score, score.isFinite else { return name }
        let hundredths = String(Int((min(max(score, 0), 1) * 100).rounded()))
        return hundredths == "100" ? "\(name) 1.0" : "\(name) 0.\(hundredths.count < 2 ? "0" : "")\(hundredths)"
    }

    /// The eight corners: bit 0 behind, bit 1 right, bit 2 below; 0 is front, left, top.
    var corners: [SIMD3<Double>] {
        let (forward, left, up) = rotation.axes
        return (0..<8).map { index in
            let (x, y, z) = (index & 1 == 0 ? 0.5 : -0.5, index & 2 == 0 ? 0.5 : -0.5, index & 4 == 0 ? 0.5 : -0.5)
            return centre + forward * (x * size.y) + left * (y * size.x) + up * (z * size.z)
        }
    }
}
