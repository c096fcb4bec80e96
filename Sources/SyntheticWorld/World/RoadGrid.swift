internal import Foundation

/// Road coordinates (s, t) of global points by bilinear interpolation in a 1 m grid.
///
/// Road coordinates are smooth (radii above 100 m), so the interpolation is good to millimetres near the road.
/// `unchecked`: the buffer is written in `init` only.
final class RoadGrid: @unchecked Sendable {
    private let originX: Float
    private let originY: Float
    private let width: Int
    private let height: Int
    private let values: UnsafeMutablePointer<SIMD2<Float>>
    /// How far from the line's bounding box the grid reaches, metres.
    static let margin = 110.0

    init(_ curve: RoadCurve) {
        let bounds = curve.bounds
        let lowX = (bounds.lowX - Self.margin).rounded(.down)
        let lowY = (bounds.lowY - Self.margin).rounded(.down)
        originX = Float(lowX)
        originY = Float(lowY)
        width = Int(bounds.highX + Self.margin - lowX) + 2
        height = Int(bounds.highY + Self.margin - lowY) + 2
        values = .allocate(capacity: width * height)
        for j in 0..<height {
            for i in 0..<width {
                let c = curve.coordinates(x: lowX + Double(i), y: lowY + Double(j))
                (values + j * width + i).initialize(to: SIMD2(Float(c.s), Float(c.t)))
            }
        }
    }

    deinit { values.deallocate() }

    /// Road coordinates; far outside everything t is 1e6.
    @inline(__always)
    func coordinates(_ x: Float, _ y: Float) -> SIMD2<Float> {
        let px = x - originX
        let py = y - originY
        guard px >= 0, py >= 0, px < Float(width - 1), py < Float(height - 1) else { return SIMD2(0, 1e6) }
        let i = Int(px)
        let j = Int(py)
        let u = px - Float(i)
        let v = py - Float(j)
        let base = values + j * width + i
        let top = base[0] + (base[1] - base[0]) * u
        let bottom = base[width] + (base[width + 1] - base[width]) * u
        return top + (bottom - top) * v
    }

    /// The direction of growing arc length near a point, a unit vector.
    @inline(__always)
    func heading(_ x: Float, _ y: Float) -> SIMD2<Float> {
        let px = x - originX
        let py = y - originY
        guard px >= 0, py >= 0, px < Float(width - 1), py < Float(height - 1) else { return SIMD2(1, 0) }
        let base = values + Int(py) * width + Int(px)
        let dx = base[1].x - base[0].x
        let dy = base[width].x - base[0].x
        let length = (dx * dx + dy * dy).squareRoot()
        return length > 1e-4 ? SIMD2(dx / length, dy / length) : SIMD2(1, 0)
    }
}
