/// Sums, means and interpolation of arrays as numpy computes them, rounding included.
enum NumericArrays {
    /// The sum in numpy's order of additions (`pairwise_sum`): eight running sums in blocks of up to 128 values.
    static func sum(_ values: ArraySlice<Double>) -> Double {
        let count = values.count
        let start = values.startIndex
        if count < 8 { return values.reduce(0, +) }
        if count <= 128 {
            var sums = Array(values.prefix(8))
            let whole = count - count % 8
            for block in stride(from: 8, to: whole, by: 8) {
                for lane in 0..<8 { sums[lane] += values[start + block + lane] }
            }
            let total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
            return values[(start + whole)...].reduce(total, +)
        }
        let half = count / 2 - count / 2 % 8
        return sum(values[..<(start + half)]) + sum(values[(start + half)...])
    }

    /// `numpy.mean`; NaN where there are no values.
    static func mean(_ values: ArraySlice<Double>) -> Double { sum(values) / Double(values.count) }

    /// `numpy.mean` of an array.
    static func mean(_ values: [Double]) -> Double { mean(values[...]) }

    /// `numpy.nanmean`: NaNs count neither in the sum nor in the number; NaN where there is nothing else.
    static func meanOfDefined(_ values: [Double]) -> Double {
        sum(values.map { $0.isNaN ? 0 : $0 }[...]) / Double(values.count { !$0.isNaN })
    }

    /// nuscenes-devkit's `cummean`: means of the values up to each place, NaNs left out.
    ///
    /// 0 before the first defined value; ones where none is defined.
    static func cumulativeMeans(_ values: [Double]) -> [Double] {
        guard !values.allSatisfy(\.isNaN) else { return [Double](repeating: 1, count: values.count) }
        var sum = 0.0
        var count = 0
        return values.map { value in
            if !value.isNaN {
                sum += value
                count += 1
            }
            return count == 0 ? 0 : sum / Double(count)
        }
    }

    /// `numpy.interp`: the piecewise linear function through the points, at rising or falling places.
    ///
    /// - Parameters:
    ///   - places: where to evaluate.
    ///   - x: the points' places, not falling; of equal ones the last holds.
    ///   - y: the points' values, as many, at least one.
    ///   - right: the value beyond the last point; the last point's where nil. Before the first point it is the first point's.
    static func interpolate(at places: [Double], x: [Double], y: [Double], right: Double? = nil) -> [Double] {
        places.map { place in
            guard place <= x[x.count - 1] else { return right ?? y[y.count - 1] }
            guard place >= x[0] else { return y[0] }
            let j = lastIndex(in: x, notAbove: place)
            guard j < x.count - 1, x[j] != place else { return y[j] }
            let slope = (y[j + 1] - y[j]) / (x[j + 1] - x[j])
            let value = slope * (place - x[j]) + y[j]
            guard value.isNaN else { return value }
            let other = slope * (place - x[j + 1]) + y[j + 1]
            return other.isNaN && y[j] == y[j + 1] ? y[j] : other
        }
    }

    /// The last index whose value is not above a place that is not below the first value.
    private static func lastIndex(in x: [Double], notAbove place: Double) -> Int {
        var low = 0
        var high = x.count
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if x[middle] <= place { low = middle } else { high = middle }
        }
        return low
    }
}
