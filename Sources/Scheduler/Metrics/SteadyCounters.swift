/// Counters that only grow, made of counts that may also fall, as a value.
///
/// Where scenes are put back, the database takes off what they had. A counter that falls counts as begun anew for those who read it,
/// with all that it holds; here it stays, and grows by what is counted again.
struct SteadyCounters: Sendable {
    private struct Track {
        var last: Int
        var total: Int
    }

    private var tracks: [String: Track] = [:]

    /// Takes the counts of now by name, and gives the counters; names that are missing are forgotten.
    mutating func note(_ counts: [String: Int]) -> [String: Int] {
        var next: [String: Track] = [:]
        for (name, count) in counts {
            let track = tracks[name] ?? Track(last: count, total: count)
            next[name] = Track(last: count, total: track.total + max(0, count - track.last))
        }
        tracks = next
        return next.mapValues(\.total)
    }
}
