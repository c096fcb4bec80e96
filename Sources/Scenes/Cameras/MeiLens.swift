/// A lens or mirror by way of the unit sphere: the unified model of Mei and Rives.
///
/// A direction is a point of the unit sphere; seen from a point xi behind its centre it lands on the plane z = 1, and is distorted there by
/// k1 k2 p1 p2 as `OpenCVLens` does (Mei and Rives 2007, "Single view point omnidirectional camera calibration from planar grids").
public struct MeiLens: Hashable, Sendable {
    /// How far behind the sphere's centre the plane is seen from, 0 or more.
    public let xi: Double
    /// What happens on the plane.
    public let plane: OpenCVLens

    /// xi, k1, k2, p1, p2.
    public var coefficients: [Double] { [xi] + plane.coefficients[..<4] }

    /// Makes a lens of xi (0 or more), k1, k2, p1, p2; nil for other counts or a negative xi.
    public init?(_ given: [Double]) {
        guard given.count == 5, given.allSatisfy(\.isFinite), given[0] >= 0, let plane = OpenCVLens(Array(given[1...]))
        else { return nil }
        xi = given[0]
        self.plane = plane
    }

    /// Where a direction lands, in focal lengths from the middle; nil where the model ends.
    public func projected(_ d: SIMD3<Double>) -> SIMD2<Double>? {
        let norm = (d * d).sum().squareRoot()
        let z = d.z / norm
        // Beyond, the point of the sphere is hidden behind another that lands in the same place, or lands nowhere.
        guard z + xi > 1e-9, xi <= 1 || z > -1 / xi else { return nil }
        return plane.distorted(SIMD2(d.x, d.y) / (d.z + xi * norm))
    }

    /// The unit direction that lands in a place; nil where there is none.
    public func direction(_ p: SIMD2<Double>) -> SIMD3<Double>? {
        guard let m = plane.undistorted(p) else { return nil }
        let r2 = (m * m).sum()
        let under = 1 + (1 - xi * xi) * r2
        guard under >= 0 else { return nil }
        let factor = (xi + under.squareRoot()) / (1 + r2)
        return SIMD3(m.x * factor, m.y * factor, factor - xi)
    }
}
