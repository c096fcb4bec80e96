/// Samples a second by run, from finished samples, as a value.
///
/// It looks at the last `windowSeconds`. A run that is begun, or begun again after a pause, is measured from then on.
struct RateMeter: Hashable, Sendable {
    private struct Track: Hashable {
        var since: Double
        var stamps: [Double] = []
        var working = 0
    }

    private static let windowSeconds = 180.0
    private static let longestPauseSeconds = 30.0
    private static let mostStamps = 4096
    private var tracks: [Int64: Track] = [:]

    /// Notes that work on a scene begins.
    mutating func begin(run: Int64, now: Double) {
        var track = tracks[run] ?? Track(since: now)
        let last = track.stamps.last ?? track.since
        if track.working == 0 && now - last > Self.longestPauseSeconds { track = Track(since: now) }
        track.working += 1
        tracks[run] = track
    }

    /// Notes a sample that was computed and stored.
    mutating func noteSample(run: Int64, now: Double) {
        guard var track = tracks[run] else { return }
        track.stamps.append(now)
        if track.stamps.count > Self.mostStamps {
            track.stamps.removeFirst(Self.mostStamps / 2)
            track.since = track.stamps[0]
        }
        tracks[run] = track
    }

    /// Notes that work on a scene ended.
    mutating func end(run: Int64) { tracks[run]?.working -= 1 }

    /// The rates now, of runs that have one; forgets runs that nothing was done for in a window.
    mutating func rates(now: Double) -> [Int64: Double] {
        var rates: [Int64: Double] = [:]
        for (run, var track) in tracks {
            let start = max(track.since, now - Self.windowSeconds)
            track.stamps.removeAll { $0 < start }
            tracks[run] = track.working == 0 && track.stamps.isEmpty ? nil : track
            if now > start, !track.stamps.isEmpty { rates[run] = Double(track.stamps.count) / (now - start) }
        }
        return rates
    }
}
