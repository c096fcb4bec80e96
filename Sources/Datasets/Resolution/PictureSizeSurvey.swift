internal import Scenes

/// Chooses pictures while scenes go by, compares their sizes, and keeps what was found.
struct PictureSizeSurvey {
    /// Chosen samples that are held before their pictures are looked at.
    private static let heldSamples = 2_000

    /// What was found so far.
    private(set) var report = PictureSizes.Report()
    private let sizes: PictureSizes
    private let check: PictureSizeCheck
    private let stride: Double
    private var place = 0
    private var next = 0.0
    /// Scenes with their chosen samples only.
    private var held: [SceneFrames] = []
    private var heldCount = 0

    /// Makes a survey.
    ///
    /// - Parameter samples: how many samples all scenes have.
    init(root: String, check: PictureSizeCheck, samples: Int) {
        sizes = PictureSizes(root: root)
        self.check = check
        stride = check == .all ? 1 : max(1, Double(samples) / Double(PictureSizeCheck.sampleLimit))
    }

    /// Takes the next scene.
    mutating func take(_ scene: SceneFrames) {
        guard check != .none else { return }
        var chosen = scene
        chosen.samples = []
        for sample in scene.samples {
            if Double(place) >= next {
                chosen.samples.append(sample)
                next += stride
            }
            place += 1
        }
        guard !chosen.samples.isEmpty else { return }
        held.append(chosen)
        heldCount += chosen.samples.count
        if heldCount >= Self.heldSamples { compare() }
    }

    /// Passes over samples that cannot be looked at.
    mutating func skip(_ samples: Int) {
        place += samples
        while next < Double(place) { next += stride }
    }

    /// The names of scenes to leave out because of their pictures' sizes, where every picture was looked at and scenes with problems are to
    /// be left out; otherwise the first few that were found stand for many, and are an error.
    mutating func omit(
        from problems: inout SceneProblems,
        options: ResolutionOptions
    ) throws(DatasetError) -> Set<String> {
        compare()
        var found = SceneProblems(limit: options.problemLimit)
        for flaw in report.flaws { found.add(flaw.problem, scene: flaw.scene) }
        guard options.skipMissing, options.pictureSizes == .all else {
            try found.throwIfAny()
            return []
        }
        for flaw in report.flaws { problems.add(flaw.problem, scene: flaw.scene) }
        return Set(report.flaws.map(\.scene))
    }

    /// Looks at the pictures that are held.
    mutating func compare() {
        let found = sizes.compare(held)
        report.flaws += found.flaws
        report.unreadable += found.unreadable.prefix(PictureSizes.mostUnreadable - report.unreadable.count)
        held = []
        heldCount = 0
    }
}
