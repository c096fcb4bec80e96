public import Scenes

/// Precision, confidence and errors of one class at one distance over 101 recalls from 0 to 1.
///
/// nuscenes-devkit's `DetectionMetricData`. Where a class has no annotated box, or no prediction matches one, precision and
/// confidence are 0 and errors are 1 throughout.
public struct DetectionCurve: Equatable, Sendable {
    /// The class.
    public let name: DetectionClass
    /// Predictions match where the distance of centres is below this, metres.
    public let threshold_m: Double
    /// Precision at each recall; 0 beyond the largest recall reached.
    public let precision: [Double]
    /// The score above which each recall is reached; 0 beyond the largest recall reached.
    public let confidence: [Double]
    /// Means of the errors of the true positives above each confidence; empty at distances other than that for errors (2 m).
    public let errors: [DetectionErrorKind: [Double]]

    /// The 101 recalls.
    public static let recall: [Double] = (0..<DetectionSettings.recallPoints).map {
        // As numpy.linspace: places times the step, and the end as it was given.
        $0 == DetectionSettings.recallPoints - 1 ? 1 : Double($0) * 0.01
    }

    /// The last of the 101 recalls that is reached; 0 where none is.
    public var maximumRecall: Double { Self.recall[maximumRecallIndex] }

    /// Place of the last confidence that is not 0; 0 where there is none.
    var maximumRecallIndex: Int { confidence.lastIndex { $0 != 0 } ?? 0 }

    /// Average precision: the mean over recalls above 0.1 of the precision above 0.1, stretched to the range from 0 to 1 (`calc_ap`).
    public var averagePrecision: Double {
        let least = DetectionSettings.minimumPrecision
        let clipped = precision[DetectionSettings.firstScoredPoint...].map { max($0 - least, 0) }
        return NumericArrays.mean(clipped) / (1 - least)
    }

    /// The mean of an error over recalls from 0.11 to the largest reached; 1 where that is less (`calc_tp`).
    ///
    /// nil at distances other than that for errors.
    public func meanError(_ kind: DetectionErrorKind) -> Double? {
        guard let values = errors[kind] else { return nil }
        let last = maximumRecallIndex
        guard last >= DetectionSettings.firstScoredPoint else { return 1 }
        return NumericArrays.mean(values[DetectionSettings.firstScoredPoint...last])
    }

    /// Draws the curve (`accumulate`, from the matches on).
    ///
    /// - Parameters:
    ///   - name: the class.
    ///   - thresholdIndex: place in `distanceThresholds_m`.
    ///   - ranked: all predictions of the class, surest first.
    ///   - truthCount: annotated boxes of the class.
    /// - Throws: `EvaluationError` where scores below 0 leave confidences out of order, which the devkit refuses too.
    init(
        name: DetectionClass,
        thresholdIndex: Int,
        ranked: [DetectionMatches.Record],
        truthCount: Int
    ) throws {
        self.name = name
        threshold_m = DetectionSettings.distanceThresholds_m[thresholdIndex]
        let bit: UInt8 = 1 << UInt8(thresholdIndex)
        let hasErrors = thresholdIndex == DetectionSettings.errorThresholdIndex
        let points = DetectionSettings.recallPoints
        guard truthCount > 0, ranked.contains(where: { $0.match.thresholds & bit != 0 }) else {
            precision = [Double](repeating: 0, count: points)
            confidence = precision
            let ones = [Double](repeating: 1, count: points)
            errors =
                hasErrors ? Dictionary(uniqueKeysWithValues: DetectionErrorKind.allCases.map { ($0, ones) }) : [:]
            return
        }
        var hits = 0
        var rawPrecision: [Double] = []
        var rawRecall: [Double] = []
        rawPrecision.reserveCapacity(ranked.count)
        rawRecall.reserveCapacity(ranked.count)
        for (rank, record) in ranked.enumerated() {
            if record.match.thresholds & bit != 0 { hits += 1 }
            rawPrecision.append(Double(hits) / Double(rank + 1))
            rawRecall.append(Double(hits) / Double(truthCount))
        }
        precision = NumericArrays.interpolate(at: Self.recall, x: rawRecall, y: rawPrecision, right: 0)
        let confidence = NumericArrays.interpolate(at: Self.recall, x: rawRecall, y: ranked.map(\.score), right: 0)
        self.confidence = confidence
        if zip(confidence, confidence.dropFirst()).contains(where: { $0 < 0 && $1 > $0 }) {
            throw EvaluationError(
                .invalidPrediction,
                source: name.rawValue,
                "scores go below 0, down to \(ranked[ranked.count - 1].score), so 0 cannot stand for recalls that are not "
                    + "reached; give scores of 0 and above"
            )
        }
        errors = hasErrors ? Self.errors(of: ranked, at: confidence) : [:]
    }

    /// The errors of true positives, surest first, as cumulative means taken at the confidences.
    private static func errors(
        of ranked: [DetectionMatches.Record],
        at confidence: [Double]
    ) -> [DetectionErrorKind: [Double]] {
        let hits = ranked.filter { $0.match.errors != nil }
        let scores = Array(hits.map(\.score).reversed())
        let places = Array(confidence.reversed())
        var result: [DetectionErrorKind: [Double]] = [:]
        for kind in DetectionErrorKind.allCases {
            let means = NumericArrays.cumulativeMeans(hits.map { $0.match.errors?[kind] ?? .nan })
            result[kind] = NumericArrays.interpolate(at: places, x: scores, y: means.reversed()).reversed()
        }
        return result
    }
}
