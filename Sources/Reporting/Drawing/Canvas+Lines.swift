extension Canvas {
    /// Draws a straight line with round ends and soft edges.
    ///
    /// - Parameter within: pixels outside this rectangle are left alone.
    mutating func line(
        from start: SIMD2<Double>,
        to end: SIMD2<Double>,
        width: Double,
        _ colour: Colour,
        coverage: Double = 1,
        within: Rectangle
    ) {
        guard let (low, high) = Self.bounds([start, end], margin: width / 2 + 1, within) else { return }
        let along = end - start
        let squares = max((along * along).sum(), 1e-12)
        for y in low.y...high.y {
            for x in low.x...high.x {
                let point = SIMD2(Double(x) + 0.5, Double(y) + 0.5)
                let share = min(max(((point - start) * along).sum() / squares, 0), 1)
                let away = point - (start + along * share)
                let distance = (away * away).sum().squareRoot()
                self.point(x, y, colour, coverage: coverage * min(max(width / 2 + 0.5 - distance, 0), 1))
            }
        }
    }

    /// Fills a convex polygon with soft edges; corners in either direction of turning.
    mutating func fill(
        polygon corners: [SIMD2<Double>],
        _ colour: Colour,
        coverage: Double,
        within: Rectangle
    ) {
        guard corners.count >= 3, let (low, high) = Self.bounds(corners, margin: 1, within) else { return }
        // Distances to the edges, positive inside.
        let centre = corners.reduce(.zero, +) / Double(corners.count)
        let edges = corners.indices.map { index -> (normal: SIMD2<Double>, offset: Double) in
            let along = corners[(index + 1) % corners.count] - corners[index]
            let length = max((along * along).sum().squareRoot(), 1e-9)
            var normal = SIMD2(-along.y, along.x) / length
            if (normal * (centre - corners[index])).sum() < 0 { normal = -normal }
            return (normal, (normal * corners[index]).sum())
        }
        for y in low.y...high.y {
            for x in low.x...high.x {
                let point = SIMD2(Double(x) + 0.5, Double(y) + 0.5)
                let inside = edges.reduce(1.0) { min($0, ($1.normal * point).sum() - $1.offset + 0.5) }
                if inside > 0 { self.point(x, y, colour, coverage: coverage * inside) }
            }
        }
    }

    /// The pixels that points with a margin reach, clipped; nil where there are none, or where a point is no number.
    private static func bounds(
        _ points: [SIMD2<Double>],
        margin: Double,
        _ within: Rectangle
    ) -> (low: SIMD2<Int>, high: SIMD2<Int>)? {
        guard points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return nil }
        func range(_ values: [Double], _ from: Int, _ count: Int) -> ClosedRange<Int>? {
            let low = max((values.min() ?? 0) - margin, Double(from))
            let high = min((values.max() ?? 0) + margin, Double(from + count - 1))
            return low <= high ? Int(low.rounded(.down))...Int(high.rounded(.up)) : nil
        }
        guard let x = range(points.map(\.x), within.x, within.width),
            let y = range(points.map(\.y), within.y, within.height)
        else { return nil }
        let lastX = within.x + within.width - 1
        let lastY = within.y + within.height - 1
        return (SIMD2(x.lowerBound, y.lowerBound), SIMD2(min(x.upperBound, lastX), min(y.upperBound, lastY)))
    }
}
