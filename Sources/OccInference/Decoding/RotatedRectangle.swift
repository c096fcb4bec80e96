internal import Glibc

/// A rectangle in the plane.
struct RotatedRectangle: Equatable, Sendable {
    /// Centre.
    var x: Float
    /// Centre.
    var y: Float
    /// Extent along `angle`.
    var width: Float
    /// Extent across `angle`.
    var height: Float
    /// Counterclockwise from x, radians.
    var angle: Float

    var area: Float { width * height }

    /// The corners, each next to the one before, seen from a point near both rectangles so that few digits are lost.
    func corners(from origin: SIMD2<Double>) -> [SIMD2<Float>] {
        let centre = SIMD2(Float(Double(x) - origin.x), Float(Double(y) - origin.y))
        let (half, halfSine) = (Float(cos(Double(angle))) * 0.5, Float(sin(Double(angle))) * 0.5)
        let first = SIMD2(centre.x - halfSine * height - half * width, centre.y + half * height - halfSine * width)
        let second = SIMD2(centre.x + halfSine * height - half * width, centre.y - half * height - halfSine * width)
        return [first, second, 2 * centre - first, 2 * centre - second]
    }
}
