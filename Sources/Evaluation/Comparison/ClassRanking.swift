internal import Scenes

/// All predictions of one class in many scenes, surest first, packed so that precision and errors of weighted sums of scenes are found
/// in one pass over them.
struct ClassRanking: Sendable {
    /// A true positive at the distance for errors.
    struct Hit: Sendable {
        /// Its place in the ranking.
        let place: Int
        /// What adds up to means of errors.
        let sums: ErrorSums
    }

    let name: DetectionClass
    /// Scene, bits of distances (`SampleMatcher.Match.thresholds`) and score of each prediction, up to the last that matches at any
    /// distance: of those behind it only numbers count.
    private(set) var scenes: [Int32] = []
    private(set) var marks: [UInt8] = []
    private(set) var scores: [Double] = []
    private(set) var hits: [Hit] = []
    /// By scene: annotated boxes (at most so many that no sum of as many scenes overflows), predictions behind the last that matches, and
    /// the lowest score (infinity where there is none).
    private(set) var truths: [Int32]
    private(set) var tails: [Int32]
    private(set) var lowestScores: [Double]

    /// Ranks the predictions of a class as `DetectionMatches.ranked` does.
    ///
    /// - Parameter samples: the samples of all scenes in their order, each with the place of its scene.
    init(_ name: DetectionClass, _ samples: [(scene: Int, sample: DetectionMatches.Sample)], sceneCount: Int) {
        self.name = name
        truths = [Int32](repeating: 0, count: sceneCount)
        tails = truths
        lowestScores = [Double](repeating: .infinity, count: sceneCount)
        // Stored counts may be any; a split of nuScenes has less than a hundredth of this.
        let mostTruths = Int64(Int32.max) / Int64(max(1, sceneCount))
        var listed: [(scene: Int32, record: DetectionMatches.Record)] = []
        for (scene, sample) in samples {
            let sum = Int64(truths[scene]) + Int64(sample.truthCounts[name.index])
            truths[scene] = Int32(min(sum, mostTruths))
            for record in sample.records where record.name == name {
                listed.append((Int32(scene), record))
                lowestScores[scene] = min(lowestScores[scene], record.score)
            }
        }
        let order = listed.indices.sorted { a, b in
            listed[a].record.score == listed[b].record.score
                ? a > b : listed[a].record.score > listed[b].record.score
        }
        let end = order.lastIndex { listed[$0].record.match.thresholds != 0 }.map { $0 + 1 } ?? 0
        scenes.reserveCapacity(end)
        marks.reserveCapacity(end)
        scores.reserveCapacity(end)
        for place in order[..<end] {
            let (scene, record) = listed[place]
            if let errors = record.match.errors { hits.append(Hit(place: scenes.count, sums: ErrorSums(errors))) }
            scenes.append(scene)
            marks.append(record.match.thresholds)
            scores.append(record.score)
        }
        for place in order[end...] { tails[Int(listed[place].scene)] += 1 }
    }
}

/// Errors of true positives added up, and how many of them were judged, in one vector: the five errors in the order of
/// `DetectionErrorKind.allCases`, then the numbers of judged velocities, of judged attributes, and of all.
struct ErrorSums: Sendable {
    var values = SIMD8<Double>.zero

    init() {}

    init(_ errors: BoxErrors) {
        for (index, kind) in DetectionErrorKind.allCases.enumerated() where !errors[kind].isNaN {
            values[index] = errors[kind]
        }
        values[5] = errors.velocity_mps == nil ? 0 : 1
        values[6] = errors.attributeIsWrong == nil ? 0 : 1
        values[7] = 1
    }

    /// Adds others so many times; products and sums are rounded by themselves, as a fused step is slow where processors lack it.
    mutating func add(_ times: Double, _ others: ErrorSums) { values += times * others.values }

    /// The mean of each error in the first five places; where none was judged, what is given.
    func means(orElse undefined: Double) -> SIMD8<Double> {
        let counts = SIMD8(values[7], values[7], values[7], values[5], values[6], 1, 1, 1)
        return (values / counts).replacing(with: undefined, where: counts .== 0)
    }
}
