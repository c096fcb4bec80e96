/// Sums of products with one rounding a term, first to last.
///
/// nuscenes-devkit leaves these to numpy, which leaves them to OpenBLAS, whose kernels for processors with fused multiply-add round so.
public enum FusedSums {
    /// The sum of products of two numbers each.
    public static func dot(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double {
        (a.x * b.x).addingProduct(a.y, b.y)
    }

    /// The sum of products of three numbers each.
    public static func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double {
        (a.x * b.x).addingProduct(a.y, b.y).addingProduct(a.z, b.z)
    }

    /// The sum of products of four numbers each.
    public static func dot(_ a: SIMD4<Double>, _ b: SIMD4<Double>) -> Double {
        (a.x * b.x).addingProduct(a.y, b.y).addingProduct(a.z, b.z).addingProduct(a.w, b.w)
    }

    /// The Euclidean norm, as `numpy.linalg.norm` computes it of two numbers.
    public static func norm(_ a: SIMD2<Double>) -> Double { dot(a, a).squareRoot() }
}
