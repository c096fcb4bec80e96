/// A curve of one variable that begins at 0 and rises: the radial part of a lens.
enum RisingCurve {
    private static let steps = 2_000
    private static let halvings = 80

    /// How far a curve rises without a break, from 0.
    ///
    /// - Parameters:
    ///   - limit: the farthest that is looked at.
    ///   - value: the curve; looked at in 2,000 places.
    /// - Returns: the last place before the curve falls, stands, or is no number.
    static func end(upTo limit: Double, _ value: (Double) -> Double) -> Double {
        var last = value(0)
        var place = 0.0
        for step in 1...steps {
            let next = limit * Double(step) / Double(steps)
            let found = value(next)
            guard found.isFinite, found > last else { return place }
            last = found
            place = next
        }
        return limit
    }

    /// Where a curve that rises from 0 to `end` has a value; nil where it does not reach it.
    static func inverse(of wanted: Double, upTo end: Double, _ value: (Double) -> Double) -> Double? {
        guard wanted >= 0, wanted <= value(end) else { return nil }
        var low = 0.0
        var high = end
        for _ in 0..<halvings {
            let middle = 0.5 * (low + high)
            if middle <= low || middle >= high { break }
            if value(middle) < wanted { low = middle } else { high = middle }
        }
        return abs(value(low) - wanted) < abs(value(high) - wanted) ? low : high
    }
}
