internal import Glibc

/// A fisheye lens after Kannala and Brandt with four coefficients: OpenCV's `fisheye`.
///
/// The distance from the middle is θ (1 + k1 θ² + k2 θ⁴ + k3 θ⁶ + k4 θ⁸), θ the angle from the optical axis (Kannala and Brandt 2006,
/// "A generic camera model and calibration method for conventional, wide-angle, and fish-eye lenses"; OpenCV 4, "Fisheye camera model").
public struct KB4Lens: Hashable, Sendable {
    /// k1, k2, k3, k4.
    public let coefficients: [Double]
    /// The angle where the curve stops to rise, at most π.
    let end_rad: Double

    /// Makes a lens of 4 finite coefficients; nil for another count.
    public init?(_ given: [Double]) {
        guard given.count == 4, given.allSatisfy(\.isFinite) else { return nil }
        coefficients = given
        end_rad = RisingCurve.end(upTo: .pi) { Self.curve(given, $0) }
    }

    /// Where a direction lands, in focal lengths from the middle; nil where the model ends.
    public func projected(_ d: SIMD3<Double>) -> SIMD2<Double>? {
        let rho = (d.x * d.x + d.y * d.y).squareRoot()
        let angle = atan2(rho, d.z)
        guard angle <= end_rad else { return nil }
        // On the axis the curve's slope is 1.
        let scale = rho > 0 ? Self.curve(coefficients, angle) / rho : 0
        return SIMD2(d.x, d.y) * scale
    }

    /// The unit direction that lands in a place; nil where there is none.
    public func direction(_ p: SIMD2<Double>) -> SIMD3<Double>? {
        AxialDirection.make(p, distance: (p * p).sum().squareRoot(), end_rad: end_rad) { Self.curve(coefficients, $0) }
    }

    private static func curve(_ k: [Double], _ angle: Double) -> Double {
        let a2 = angle * angle
        return angle * (1 + a2 * (k[0] + a2 * (k[1] + a2 * (k[2] + a2 * k[3]))))
    }
}

/// Directions of lenses that are the same all around their optical axis.
enum AxialDirection {
    /// The unit direction whose angle a curve takes to a distance, turned as a place is; nil where no angle is taken to it.
    static func make(
        _ p: SIMD2<Double>,
        distance: Double,
        end_rad: Double,
        _ curve: (Double) -> Double
    ) -> SIMD3<Double>? {
        guard distance.isFinite, let angle = RisingCurve.inverse(of: distance, upTo: end_rad, curve) else { return nil }
        let length = (p * p).sum().squareRoot()
        guard length > 0 else { return SIMD3(0, 0, 1) }
        let aside = sin(angle) / length
        return SIMD3(p.x * aside, p.y * aside, cos(angle))
    }
}
