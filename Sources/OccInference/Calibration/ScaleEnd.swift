internal import TensorRuntime

/// Where a scale of bytes should end.
enum ScaleEnd {
    /// Absolute values of some size.
    struct Bin {
        /// What its values are taken for.
        var middle: Double
        /// Where it ends.
        var upper: Double
        var count: Double
    }

    /// The end that costs the least.
    ///
    /// The cost is the expected square of the error: that of rounding below the end (a twelfth of the square of a step), and the distance
    /// from the end above it.
    ///
    /// - Parameters:
    ///   - bins: ascending.
    ///   - peak: the largest absolute value.
    ///   - levels: steps of the scale from 0 to its end.
    /// - Returns: a positive number; 1 where `peak` is 0.
    static func best(_ bins: [Bin], peak: Float, levels: Int) -> Float {
        guard peak > 0 else { return 1 }
        // Sums over the bins above an end: of values, of their squares, and their number.
        var (count, sum, squares) = (0.0, 0.0, 0.0)
        var below = bins.reduce(0) { $0 + $1.count }
        var best = (cost: Double.infinity, end: Double(peak))
        for bin in bins.reversed() {
            let end = min(bin.upper, Double(peak))
            let step = end / Double(levels)
            let cost = below * step * step / 12 + squares - 2 * end * sum + end * end * count
            if cost < best.cost, end > 0 { best = (cost, end) }
            // Values of the bin that ends at the peak are the peak.
            let value = min(bin.middle, Double(peak))
            count += bin.count
            sum += bin.count * value
            squares += bin.count * value * value
            below -= bin.count
        }
        return min(max(Float(best.end), Arithmetic.ends.lowerBound), Arithmetic.ends.upperBound)
    }
}
