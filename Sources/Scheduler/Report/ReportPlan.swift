internal import CommandSupport
internal import SystemSupport

/// Which pictures a report has, so that its folder stays below a limit that is known beforehand.
struct ReportPlan: Equatable {
    /// Which samples have a sheet of their own.
    enum Stills: String, CaseIterable {
        /// Every sample.
        case all
        /// Those of the list of worst samples.
        case worst
    }

    /// Bytes that a picture takes at most in all but rare cases, measured on 704 x 396 and 1600 x 900 cameras (docs/report.md).
    enum Bytes {
        static let still = 600_000
        static let small = 40_000
        static let filmFrame = 90_000
        static let page = 60_000
    }

    let stills: Stills
    /// Samples in the list of the worst ones.
    let worst: Int
    /// Films show every sample, or every second, third and so on.
    let filmStride: Int
    /// Bytes that the folder takes at most in all but rare cases.
    let forecastBytes: Int
    /// What was left out to stay below the limit, for people; empty where nothing was.
    let remarks: [String]

    /// Plans a report: sheets of all samples go first, then samples of films, then worst samples.
    ///
    /// - Parameters:
    ///   - sampleCounts: samples of each scene.
    ///   - worst: how many samples the list of worst ones should have.
    ///   - stills: which samples should have a sheet.
    ///   - limitBytes: what the folder may take.
    /// - Throws: `CommandFailure` (`configuration`) where pages and films of one sample a scene are too much.
    init(sampleCounts: [Int], worst wantedWorst: Int, stills wanted: Stills, limitBytes: Int) throws {
        let samples = sampleCounts.reduce(0, +)
        let pages = (sampleCounts.count + 1) * Bytes.page
        func bytes(_ stills: Stills, _ worst: Int, _ stride: Int) -> Int {
            let frames = sampleCounts.reduce(0) { $0 + ($1 + stride - 1) / stride }
            let sheets = stills == .all ? samples : min(worst, samples)
            return pages + sheets * (Bytes.still + Bytes.small) + frames * Bytes.filmFrame
        }
        var (stills, worst, stride) = (wanted, min(wantedWorst, samples), 1)
        var remarks: [String] = []
        if bytes(stills, worst, stride) > limitBytes, stills == .all {
            stills = .worst
            remarks.append("only the worst samples have a sheet of their own")
        }
        while bytes(stills, worst, stride) > limitBytes, stride < (sampleCounts.max() ?? 1) { stride += 1 }
        if stride > 1 { remarks.append("films show one sample of \(stride)") }
        let least = bytes(.worst, 0, stride)
        if bytes(stills, worst, stride) > limitBytes {
            guard least <= limitBytes else {
                throw CommandFailure(
                    .configuration,
                    "a report of \(sampleCounts.count) scenes takes \(ByteText.of(least)) at least; raise --limit-size, or choose"
                        + " scenes with --scene"
                )
            }
            worst = min(worst, (limitBytes - least) / (Bytes.still + Bytes.small))
            remarks.append("the list of worst samples has \(worst)")
        }
        self.stills = stills
        self.worst = worst
        filmStride = stride
        forecastBytes = bytes(stills, worst, stride)
        self.remarks = remarks
    }
}
