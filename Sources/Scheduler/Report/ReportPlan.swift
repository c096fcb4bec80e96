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
        static let still = 450_000
        static let small = 40_000
        static let filmFrame = 90_000
        static let page = 60_000
    }

    let stills: Stills
    /// Films show every sample, or every second, third and so on.
    let filmStride: Int
    /// Bytes that the folder takes at most in all but rare cases.
    let forecastBytes: Int
    /// What was left out to stay below the limit, for people; empty where nothing was.
    let remarks: [String]

    /// Plans a report.
    ///
    /// - Parameters:
    ///   - sampleCounts: samples of each scene.
    ///   - worst: how many samples the list of worst ones has.
    ///   - stills: which samples should have a sheet.
    ///   - limitBytes: what the folder may take.
    init(sampleCounts: [Int], worst: Int, stills wanted: Stills, limitBytes: Int) {
        let samples = sampleCounts.reduce(0, +)
        let pages = (sampleCounts.count + 1) * Bytes.page
        func frames(_ stride: Int) -> Int { sampleCounts.reduce(0) { $0 + ($1 + stride - 1) / stride } }
        func bytes(_ stills: Stills, _ stride: Int) -> Int {
            let sheets = stills == .all ? samples : min(worst, samples)
            return pages + sheets * (Bytes.still + Bytes.small) + frames(stride) * Bytes.filmFrame
        }
        var (stills, stride) = (wanted, 1)
        var remarks: [String] = []
        if bytes(stills, stride) > limitBytes, stills == .all {
            stills = .worst
            remarks.append("only the worst samples have a sheet of their own")
        }
        while bytes(stills, stride) > limitBytes, stride < (sampleCounts.max() ?? 1) { stride += 1 }
        if stride > 1 { remarks.append("films show one sample of \(stride)") }
        self.stills = stills
        filmStride = stride
        forecastBytes = bytes(stills, stride)
        self.remarks = remarks
    }
}
