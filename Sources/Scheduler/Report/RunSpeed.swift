internal import Foundation
internal import Storage

/// How fast a run was, from what `run.json` keeps of the work on each scene.
struct RunSpeed: Equatable {
    /// One scene's speed.
    struct Scene: Equatable {
        let name: String
        /// From pictures to predictions, a sample that was computed.
        let secondsPerSample: Double
        let host: String
    }

    /// Scenes with samples that were computed under the lease that was accepted, the slowest first.
    let scenes: [Scene]
    /// Their samples that were computed.
    let samples: Int
    /// Hosts by name, with the scenes that each did.
    let hosts: [String: Int]
    /// The most scenes that were in work at once.
    let slots: Int
    /// From the first of those claims to the last result.
    let wallSeconds: Double
    /// The time in which at least one of those scenes was in work; less than the wall time where the run was interrupted.
    let busySeconds: Double

    /// Works it out; nil where no scene tells.
    init?(_ manifest: RunManifest) {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var scenes: [Scene] = []
        var spans: [(begin: Double, end: Double)] = []
        var samples = 0
        var hosts: [String: Int] = [:]
        for scene in manifest.done {
            // A manifest may say anything: a year in work and a billion samples are the most that count.
            guard let work = scene.work, (0...31_536_000).contains(work.elapsedSeconds),
                (0...31_536_000).contains(work.predictionSeconds), (1...1_000_000_000).contains(work.computedSamples),
                let end = (try? style.parse(work.completedAt))?.timeIntervalSince1970
            else { continue }
            let seconds = work.predictionSeconds / Double(work.computedSamples)
            scenes.append(Scene(name: scene.name, secondsPerSample: seconds, host: work.host))
            spans.append((end - work.elapsedSeconds, end))
            samples += work.computedSamples
            hosts[work.host, default: 0] += 1
        }
        guard !scenes.isEmpty else { return nil }
        self.scenes = scenes.sorted { ($0.secondsPerSample, $1.name) > ($1.secondsPerSample, $0.name) }
        self.samples = samples
        self.hosts = hosts
        (slots, busySeconds) = Self.overlap(spans)
        wallSeconds = (spans.map(\.end).max() ?? 0) - (spans.map(\.begin).min() ?? 0)
    }

    /// The most spans that hold one moment, and how long at least one does; those that only touch do not overlap.
    private static func overlap(_ spans: [(begin: Double, end: Double)]) -> (most: Int, covered: Double) {
        let edges = spans.flatMap { [($0.begin, 1), ($0.end, -1)] }.sorted { $0 < $1 }
        var (open, most, covered, since) = (0, 0, 0.0, 0.0)
        for (moment, step) in edges {
            if open > 0 { covered += moment - since }
            since = moment
            open += step
            most = max(most, open)
        }
        return (most, covered)
    }

    /// Seconds a sample in the middle of all scenes.
    var medianSecondsPerSample: Double {
        let sorted = scenes.map(\.secondsPerSample).sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// Scenes an hour of work; nil where the work took no time that can be told.
    var scenesPerHour: Double? { busySeconds > 0 ? Double(scenes.count) / busySeconds * 3600 : nil }

    /// Samples an hour of work; nil where the work took no time that can be told.
    var samplesPerHour: Double? { busySeconds > 0 ? Double(samples) / busySeconds * 3600 : nil }
}
