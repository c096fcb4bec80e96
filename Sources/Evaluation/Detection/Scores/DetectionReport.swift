public import Scenes

/// The nuScenes detection scores of one run, with all that a number needs beside it: split, scenes, samples.
///
/// mAP, NDS, and the five errors of true positives as nuscenes-devkit 1.2.0 computes them (`detection_cvpr_2019`).
public struct DetectionReport: Equatable, Sendable {
    /// The scores of one class.
    public struct Label: Equatable, Sendable {
        /// The class.
        public let name: DetectionClass
        /// Average precision at each of `DetectionSettings.distanceThresholds_m`.
        public let averagePrecisions: [Double]
        /// Mean of these.
        public let meanAveragePrecision: Double
        /// Mean errors of true positives at 2 m; errors that the class does not have are left out.
        public let errors: [DetectionErrorKind: Double]
        /// Annotated boxes that were scored.
        public let truthCount: Int
        /// Predicted boxes that were scored.
        public let predictionCount: Int
    }

    /// Name of the dataset and its version.
    public let dataset: String
    /// Name of the split.
    public let split: String
    /// Name of the model.
    public let model: String
    /// Scenes that were scored.
    public let sceneCount: Int
    /// Samples that were scored.
    public let sampleCount: Int
    /// Samples of the split; the scores are of a part of it where this is larger than `sampleCount`.
    public let expectedSampleCount: Int?
    /// mAP: the mean over the ten classes of the mean over the four distances, 0 to 1.
    public let meanAveragePrecision: Double
    /// The mean of each error over the classes that have it.
    public let errors: [DetectionErrorKind: Double]
    /// 1 - each error, 0 at least.
    public let errorScores: [DetectionErrorKind: Double]
    /// NDS: (5 mAP + the sum of the five error scores) / 10.
    public let detectionScore: Double
    /// The ten classes in the order of `DetectionClass.allCases`.
    public let labels: [Label]
    /// Forty curves: class by class, distance by distance.
    public let curves: [DetectionCurve]

    /// Scores matches.
    ///
    /// - Parameters:
    ///   - dataset: name of the dataset and its version.
    ///   - split: name of the split.
    ///   - model: name of the model.
    ///   - matches: the matches of all scenes, merged.
    ///   - sceneCount: the number of these scenes.
    ///   - expectedSamples: samples of the split, where known.
    /// - Throws: `EvaluationError` where scores below 0 cannot be ranked.
    public init(
        dataset: String,
        split: String,
        model: String,
        matches: DetectionMatches,
        sceneCount: Int,
        expectedSamples: Int? = nil
    ) throws {
        self.dataset = dataset
        self.split = split
        self.model = model
        self.sceneCount = sceneCount
        sampleCount = matches.sampleCount
        expectedSampleCount = expectedSamples
        var curves: [DetectionCurve] = []
        labels = try DetectionClass.allCases.map { name in
            let ranked = matches.ranked(name)
            let truthCount = matches.truthCount(of: name)
            let own = try DetectionSettings.distanceThresholds_m.indices.map {
                try DetectionCurve(name: name, thresholdIndex: $0, ranked: ranked, truthCount: truthCount)
            }
            curves += own
            let precisions = own.map(\.averagePrecision)
            let kinds = DetectionErrorKind.allCases.filter(name.isScored)
            let errors = kinds.compactMap { kind in
                own[DetectionSettings.errorThresholdIndex].meanError(kind).map { (kind, $0) }
            }
            return Label(
                name: name,
                averagePrecisions: precisions,
                meanAveragePrecision: NumericArrays.mean(precisions),
                errors: Dictionary(uniqueKeysWithValues: errors),
                truthCount: truthCount,
                predictionCount: ranked.count
            )
        }
        self.curves = curves
        let labels = labels
        let meanAP = NumericArrays.mean(labels.map(\.meanAveragePrecision))
        meanAveragePrecision = meanAP
        let errors = DetectionErrorKind.allCases.map { kind in
            (kind, NumericArrays.meanOfDefined(labels.map { $0.errors[kind] ?? .nan }))
        }
        self.errors = Dictionary(uniqueKeysWithValues: errors)
        let scores = errors.map { ($0.0, max(0, 1 - $0.1)) }
        errorScores = Dictionary(uniqueKeysWithValues: scores)
        let weight = Double(DetectionSettings.meanAPWeight)
        detectionScore = (weight * meanAP + NumericArrays.sum(scores.map(\.1)[...])) / (weight + Double(scores.count))
    }

    /// The curve of a class at one of the four distances; nil for other distances.
    public func curve(of name: DetectionClass, threshold_m: Double) -> DetectionCurve? {
        curves.first { $0.name == name && $0.threshold_m == threshold_m }
    }

    /// Split, scenes and samples in one line, to stand beside every number.
    public var caption: String {
        var samples = "\(sampleCount) samples"
        if let expected = expectedSampleCount {
            samples = expected == sampleCount ? "all \(sampleCount) samples" : "\(sampleCount) of \(expected) samples"
        }
        return "\(dataset) \(split), \(sceneCount) scenes, \(samples)"
    }
}

extension DetectionMatches {
    /// The predictions of a class, surest first; of equal scores the later first.
    func ranked(_ name: DetectionClass) -> [Record] {
        let listed = samples.flatMap { $0.records.filter { $0.name == name } }
        let places = listed.indices.sorted { a, b in
            listed[a].score == listed[b].score ? a > b : listed[a].score > listed[b].score
        }
        return places.map { listed[$0] }
    }
}
