/// A part of a picture, in pixels from its upper left corner.
struct Rectangle: Equatable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    var right: Int { x + width }
    var bottom: Int { y + height }
    /// The middle.
    var centre: SIMD2<Double> { SIMD2(Double(x) + Double(width) / 2, Double(y) + Double(height) / 2) }

    /// Whether two rectangles have a pixel in common.
    func meets(_ other: Rectangle) -> Bool {
        x < other.right && other.x < right && y < other.bottom && other.y < bottom
    }
}
