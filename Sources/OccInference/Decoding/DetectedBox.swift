/// One box in the key ego frame: x forward, y left, z up, metres.
public struct DetectedBox: Equatable, Sendable {
    /// Centre.
    public var x: Float
    /// Centre.
    public var y: Float
    /// Height of the centre, or of the bottom after suppression.
    public var z: Float
    /// Extents as the head gives them: along the box's heading, across it, and upwards.
    public var size: SIMD3<Float>
    /// Heading, counterclockwise from x, radians.
    public var yaw: Float
    /// Velocity along x and y, metres a second.
    public var velocity: SIMD2<Float>
    /// 0 to 1.
    public var score: Float
    /// Index of the class in the configuration's `classNames`.
    public var label: Int

    /// Makes a box from its parts.
    public init(
        x: Float,
        y: Float,
        z: Float,
        size: SIMD3<Float>,
        yaw: Float,
        velocity: SIMD2<Float>,
        score: Float,
        label: Int
    ) {
        self.x = x
        self.y = y
        self.z = z
        self.size = size
        self.yaw = yaw
        self.velocity = velocity
        self.score = score
        self.label = label
    }

    /// The nine numbers of a row of the published `bboxes`.
    public var row: [Float] { [x, y, z, size.x, size.y, size.z, yaw, velocity.x, velocity.y] }
}
