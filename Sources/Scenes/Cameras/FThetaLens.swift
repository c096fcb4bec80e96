internal import Glibc

/// A lens by a polynomial from angle to distance: NVIDIA's f-theta model, in the direction angle to pixels.
///
/// The distance from the middle is p0 + p1 θ + … + p5 θ⁵ pixels, p0 = 0; then the place is multiplied by [c d; e 1]
/// (NVIDIA DriveWorks, "FTheta camera model"; its `linear_cde`). Here distances are in units of p1, so that p1 times [c d; e 1] stands
/// where other cameras have their focal lengths.
public struct FThetaLens: Hashable, Sendable {
    /// p0 to p5, pixels by powers of radians; always 6, those not given are 0.
    public let coefficients: [Double]
    /// How many of them were given.
    public let count: Int
    /// The angle where the curve stops to rise, at most π.
    let end_rad: Double

    /// Makes a lens of 2 to 6 finite coefficients, the first 0, the second more than 0; nil for others.
    public init?(_ given: [Double]) {
        guard (2...6).contains(given.count), given.allSatisfy(\.isFinite), given[0] == 0, given[1] > 0 else {
            return nil
        }
        let all = given + [Double](repeating: 0, count: 6 - given.count)
        coefficients = all
        count = given.count
        end_rad = RisingCurve.end(upTo: .pi) { Self.curve(all, $0) }
    }

    /// The intrinsic matrix of a camera with this lens, row-major: p1 [c d; e 1] and the principal point.
    public func intrinsics(linear: SIMD3<Double>, principal: SIMD2<Double>) -> [Double] {
        let p1 = coefficients[1]
        return [linear.x * p1, linear.y * p1, principal.x, linear.z * p1, p1, principal.y, 0, 0, 1]
    }

    /// Where a direction lands, in units of p1 from the middle; nil where the model ends.
    public func projected(_ d: SIMD3<Double>) -> SIMD2<Double>? {
        let rho = (d.x * d.x + d.y * d.y).squareRoot()
        let angle = atan2(rho, d.z)
        guard angle <= end_rad else { return nil }
        let scale = rho > 0 ? Self.curve(coefficients, angle) / rho : 0
        return SIMD2(d.x, d.y) * scale
    }

    /// The unit direction that lands in a place; nil where there is none.
    public func direction(_ p: SIMD2<Double>) -> SIMD3<Double>? {
        AxialDirection.make(p, distance: (p * p).sum().squareRoot(), end_rad: end_rad) { Self.curve(coefficients, $0) }
    }

    private static func curve(_ p: [Double], _ a: Double) -> Double {
        a * (1 + a * (p[2] + a * (p[3] + a * (p[4] + a * p[5]))) / p[1])
    }
}
