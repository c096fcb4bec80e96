/// Which moments of a log become samples, and which picture of a camera belongs to one.
enum KeyframeChoice {
    /// The times of a list that come nearest to an even rate.
    ///
    /// - Parameters:
    ///   - times_ns: rising, such as those of a camera's pictures.
    ///   - period_ns: the time from one keyframe to the next, more than 0.
    ///   - range_ns: within which they lie.
    static func even(_ times_ns: [Int64], period_ns: Int64, in range_ns: ClosedRange<Int64>) -> [Int64] {
        let inside = times_ns.filter(range_ns.contains)
        guard let start = inside.first else { return [] }
        var chosen: [Int64] = []
        var place = 0
        while place < inside.count {
            // The step of the rate that is nearest to this time, and the time nearest to that step.
            let step = (inside[place] - start + period_ns / 2) / period_ns
            let wanted = start + step * period_ns
            let end = wanted + (period_ns - 1) / 2
            var best = place
            while place < inside.count, inside[place] <= end {
                if abs(inside[place] - wanted) < abs(inside[best] - wanted) { best = place }
                place += 1
            }
            place = max(place, best + 1)
            // Less than half a step after the one before it would be none of an even rate.
            if let last = chosen.last, inside[best] - last < period_ns / 2 { continue }
            chosen.append(inside[best])
        }
        return chosen
    }

    /// The index of the time that is nearest; nil where none is within a tolerance.
    static func nearest(
        to time_ns: Int64,
        count: Int,
        tolerance_ns: Int64,
        _ timeAt: (Int) -> Int64
    ) -> Int? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if timeAt(middle) < time_ns { low = middle + 1 } else { high = middle }
        }
        let candidates = [low - 1, low].filter { (0..<count).contains($0) }
        let best = candidates.min { abs(timeAt($0) - time_ns) < abs(timeAt($1) - time_ns) }
        return best.flatMap { abs(timeAt($0) - time_ns) <= tolerance_ns ? $0 : nil }
    }

    /// Times that are at least a step apart from each other, of rising ones.
    static func thinned(_ times_ns: [Int64], step_ns: Int64) -> [Int64] {
        var kept: [Int64] = []
        for time in times_ns {
            if let last = kept.last, time - last < step_ns { continue }
            kept.append(time)
        }
        return kept
    }
}
