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

    /// Counts values; infinite ones and those that are no numbers are left out.
    mutating func add(_ values: [Float]) {
        for value in values {
            let size = abs(value)
            guard size.isFinite else { continue }
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

    /// The end of a scale that costs the least.
    ///
    /// The cost is the expected square of the error: that of rounding below the end (a twelfth of the square of a step), and the distance
    /// from the end above it, with values taken in the middle of their bins.
    ///
    /// - Parameter levels: steps of the scale from 0 to its end: 127 or 255.
    /// - Returns: a positive number; 1 where nothing but zeros was counted.
    func end(levels: Int) -> Float {
        guard peak > 0 else { return 1 }
        let width = Double(range) / Double(Self.binCount)
        // Sums over the bins above an end: of values, of their squares, and their number.
        var (count, sum, squares) = (0.0, 0.0, 0.0)
        var below = Double(counts.reduce(0, +))
        var best = (cost: Double.infinity, end: Double(peak))
        for bin in stride(from: Self.binCount, through: 1, by: -1) {
            if bin < Self.binCount {
                let value = (Double(bin) + 0.5) * width
                let own = Double(counts[bin])
                count += own
                sum += own * value
                squares += own * value * value
                below -= own
            }
            let end = min(Double(bin) * width, Double(peak))
            let step = end / Double(levels)
            let cost = below * step * step / 12 + squares - 2 * end * sum + end * end * count
            if cost < best.cost { best = (cost, end) }
        }
        return Float(best.end)
    }
}
