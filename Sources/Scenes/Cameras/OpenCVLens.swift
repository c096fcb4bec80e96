/// Radial, tangential and thin prism distortion of a pinhole camera: the model of OpenCV's `projectPoints`.
///
/// With x, y on the plane z = 1 and r² = x² + y²: radial = (1 + k1 r² + k2 r⁴ + k3 r⁶) / (1 + k4 r² + k5 r⁴ + k6 r⁶);
/// u = x radial + 2 p1 x y + p2 (r² + 2 x²) + s1 r² + s2 r⁴; v = y radial + p1 (r² + 2 y²) + 2 p2 x y + s3 r² + s4 r⁴
/// (OpenCV 4, "Camera Calibration and 3D Reconstruction"; Brown 1966, Conrady 1919).
public struct OpenCVLens: Hashable, Sendable {
    /// The coefficients in OpenCV's order: k1 k2 p1 p2 k3 k4 k5 k6 s1 s2 s3 s4; always 12, those not given are 0.
    public let coefficients: [Double]
    /// How many of them were given.
    public let count: Int
    /// The radius on the plane z = 1 where the radial part stops to rise, at most 20 (87 degrees).
    let end: Double

    private static let counts = [4, 5, 8, 12]
    private static let farthest = 20.0
    private static let iterations = 30

    /// Makes a lens of 4, 5, 8 or 12 finite coefficients; nil for another count.
    public init?(_ given: [Double]) {
        guard Self.counts.contains(given.count), given.allSatisfy(\.isFinite) else { return nil }
        let all = given + [Double](repeating: 0, count: 12 - given.count)
        coefficients = all
        count = given.count
        end = RisingCurve.end(upTo: Self.farthest) { $0 * Self.radial(all, $0 * $0).value }
    }

    /// The distorted place of a place on the plane z = 1; nil where the model ends.
    public func distorted(_ p: SIMD2<Double>) -> SIMD2<Double>? {
        let r2 = (p * p).sum()
        guard r2 <= end * end else { return nil }
        return place(p, r2)
    }

    /// The place on the plane z = 1 of a distorted place, by Newton's method; nil where the model ends before it or is not undone.
    public func undistorted(_ wanted: SIMD2<Double>) -> SIMD2<Double>? {
        guard wanted.isFinite else { return nil }
        let length = (wanted * wanted).sum().squareRoot()
        let c = coefficients
        let start = RisingCurve.inverse(of: length, upTo: end) { $0 * Self.radial(c, $0 * $0).value } ?? end
        var p = length > 0 ? wanted * (start / length) : .zero
        for _ in 0..<Self.iterations {
            let r2 = (p * p).sum()
            let miss = wanted - place(p, r2)
            if (miss * miss).sum() <= 1e-26 * (1 + length * length) { break }
            let j = jacobian(p, r2)
            let determinant = j.0.x * j.1.y - j.0.y * j.1.x
            guard determinant.isFinite, abs(determinant) > 1e-12 else { return nil }
            p += SIMD2(miss.x * j.1.y - miss.y * j.0.y, miss.y * j.0.x - miss.x * j.1.x) / determinant
        }
        let r2 = (p * p).sum()
        guard r2.isFinite, r2 <= end * end * 1.000_001 else { return nil }
        let miss = wanted - place(p, r2)
        return (miss * miss).sum() <= 1e-18 * (1 + length * length) ? p : nil
    }

    private func place(_ p: SIMD2<Double>, _ r2: Double) -> SIMD2<Double> {
        let c = coefficients
        let radial = Self.radial(c, r2).value
        let xy2 = 2 * p.x * p.y
        let u = p.x * radial + c[2] * xy2 + c[3] * (r2 + 2 * p.x * p.x) + c[8] * r2 + c[9] * r2 * r2
        let v = p.y * radial + c[2] * (r2 + 2 * p.y * p.y) + c[3] * xy2 + c[10] * r2 + c[11] * r2 * r2
        return SIMD2(u, v)
    }

    /// The two rows of the derivative of `place`.
    private func jacobian(_ p: SIMD2<Double>, _ r2: Double) -> (SIMD2<Double>, SIMD2<Double>) {
        let c = coefficients
        let (radial, slope) = Self.radial(c, r2)
        let mixed = 2 * p.x * p.y * slope + 2 * c[2] * p.x + 2 * c[3] * p.y
        let prismU = 2 * (c[8] + 2 * c[9] * r2)
        let prismV = 2 * (c[10] + 2 * c[11] * r2)
        return (
            SIMD2(
                radial + 2 * p.x * p.x * slope + 2 * c[2] * p.y + 6 * c[3] * p.x + p.x * prismU,
                mixed + p.y * prismU
            ),
            SIMD2(
                mixed + p.x * prismV,
                radial + 2 * p.y * p.y * slope + 6 * c[2] * p.y + 2 * c[3] * p.x + p.y * prismV
            )
        )
    }

    /// The radial factor and its derivative by r².
    private static func radial(_ c: [Double], _ r2: Double) -> (value: Double, slope: Double) {
        let above = 1 + r2 * (c[0] + r2 * (c[1] + r2 * c[4]))
        let below = 1 + r2 * (c[5] + r2 * (c[6] + r2 * c[7]))
        guard below > 0 else { return (.nan, .nan) }
        let aboveSlope = c[0] + r2 * (2 * c[1] + 3 * r2 * c[4])
        let belowSlope = c[5] + r2 * (2 * c[6] + 3 * r2 * c[7])
        return (above / below, (aboveSlope * below - above * belowSlope) / (below * below))
    }
}
