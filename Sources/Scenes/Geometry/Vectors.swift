extension SIMD3<Double> {
    /// The numbers as JSON lists them, for people.
    public var listed: String { "[\(x), \(y), \(z)]" }
    /// Whether all numbers are finite.
    public var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }
}

extension SIMD2<Double> {
    /// Whether both numbers are finite.
    public var isFinite: Bool { x.isFinite && y.isFinite }
}
