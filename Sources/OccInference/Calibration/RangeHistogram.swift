/// How often absolute values of some size occur, and which of them a scale of bytes should end at.
struct RangeHistogram: Equatable, Sendable {
    /// Bins of equal width from 0 to `range`.
    private(set) var counts = [Int](repeating: 0, count: Self.binCount)
    /// Where the last bin ends: a power of two times `firstRange`, so that bins can be joined in pairs where it grows.
    private(set) var range = Self.firstRange
    /// The largest absolute value.
    private(set) var peak: Float = 0

    /// An even number.
    static let binCount = 2048
    private static let firstRange: Float = 1 / 1024

    /// Whether a value was below 0.
    private(set) var hasNegatives = false

    /// Counts values; zeros, which every scale has exactly, infinite ones and those that are no numbers are left out.
    mutating func add(_ values: [Float]) {
        for value in values {
            let size = abs(value)
            guard size.isFinite, size > 0 else { continue }
            if value < 0 { hasNegatives = true }
            peak = max(peak, size)
            while size >= range { widen() }
            counts[Int(size / range * Float(Self.binCount))] += 1
        }
    }

    /// Doubles the range.
    private mutating func widen() {
        for bin in 0..<(Self.binCount / 2) { counts[bin] = counts[2 * bin] + counts[2 * bin + 1] }
        for bin in (Self.binCount / 2)..<Self.binCount { counts[bin] = 0 }
        range *= 2
    }

    /// The end of a scale that costs the least; 1 where nothing but zeros was counted.
    ///
    /// - Parameter levels: steps of the scale from 0 to its end: 127 or 255.
    func end(levels: Int) -> Float {
        let width = Double(range) / Double(Self.binCount)
        let bins = counts.enumerated().map { index, count in
            ScaleEnd.Bin(middle: (Double(index) + 0.5) * width, upper: Double(index + 1) * width, count: Double(count))
        }
        return ScaleEnd.best(bins, peak: peak, levels: levels)
    }
}
