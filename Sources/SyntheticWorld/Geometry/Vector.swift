/// Points, directions and colours of the world: x, y, z in metres or red, green, blue.
typealias Vector = SIMD3<Float>

@inline(__always)
func dot(_ a: Vector, _ b: Vector) -> Float {
    a.x * b.x + a.y * b.y + a.z * b.z
}

@inline(__always)
func length(_ a: Vector) -> Float {
    dot(a, a).squareRoot()
}

@inline(__always)
func normalized(_ a: Vector) -> Vector {
    a * (1 / max(dot(a, a).squareRoot(), 1e-20))
}

/// The value between `a` (at 0) and `b` (at 1), unclamped.
@inline(__always)
func mix(_ a: Vector, _ b: Vector, _ amount: Float) -> Vector {
    a + (b - a) * amount
}

/// The value between `a` (at 0) and `b` (at 1), unclamped.
@inline(__always)
func mix(_ a: Float, _ b: Float, _ amount: Float) -> Float {
    a + (b - a) * amount
}

@inline(__always)
func clamp01(_ a: Float) -> Float {
    min(max(a, 0), 1)
}

/// Hermite step from 0 at `low` to 1 at `high`.
@inline(__always)
func smoothStep(_ low: Float, _ high: Float, _ value: Float) -> Float {
    let x = clamp01((value - low) / (high - low))
    return x * x * (3 - 2 * x)
}

/// Lane by lane the smaller one; a compare and a select, which the library's own `pointwiseMin` is not.
@inline(__always)
func lesser(_ a: Vector, _ b: Vector) -> Vector {
    a.replacing(with: b, where: b .< a)
}

/// Lane by lane the larger one.
@inline(__always)
func greater(_ a: Vector, _ b: Vector) -> Vector {
    a.replacing(with: b, where: a .< b)
}

/// Lane by lane the smaller one.
@inline(__always)
func lesser(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> {
    a.replacing(with: b, where: b .< a)
}

/// Lane by lane the larger one.
@inline(__always)
func greater(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> {
    a.replacing(with: b, where: a .< b)
}
