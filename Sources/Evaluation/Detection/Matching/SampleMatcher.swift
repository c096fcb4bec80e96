internal import Scenes

/// Matches the predictions of one sample with its annotated boxes.
///
/// nuscenes-devkit matches over all samples in the order of falling scores, but a prediction only ever takes boxes of its own sample
/// and class, so what it finds taken depends on the order among predictions of that sample and class alone. That order is the same
/// however many other samples there are: falling score, and of equal scores the later box first (Python sorts pairs of score and
/// place upwards and reverses the list).
enum SampleMatcher {
    /// What became of one prediction.
    struct Match: Equatable, Sendable {
        /// Bit i is set where the prediction is a true positive at `distanceThresholds_m[i]`.
        var thresholds: UInt8 = 0
        /// The errors, where it is a true positive at the threshold for errors.
        var errors: BoxErrors?
    }

    /// Matches predictions of any classes, already filtered; gives one match for each, in their order.
    ///
    /// - Throws: `EvaluationError` where a matched annotated box has a size of 0 or less; of predictions all were judged before.
    static func match(
        _ predictions: [DetectionBox],
        _ truths: [DetectionGroundTruth.Box],
        sample: String
    ) throws -> [Match] {
        var matches = [Match](repeating: Match(), count: predictions.count)
        for name in DetectionClass.allCases {
            let truths = truths.filter { $0.name == name }
            guard !truths.isEmpty else { continue }
            let places = predictions.indices.filter { predictions[$0].name == name }
                .sorted { a, b in
                    predictions[a].score == predictions[b].score
                        ? a > b : predictions[a].score > predictions[b].score
                }
            let distances = places.map { place in
                truths.map { BoxErrors.distance(predictions[place].translation, $0.translation) }
            }
            for (bit, threshold) in DetectionSettings.distanceThresholds_m.enumerated() {
                var isTaken = [Bool](repeating: false, count: truths.count)
                for (rank, place) in places.enumerated() {
                    guard let nearest = nearest(distances[rank], isTaken), distances[rank][nearest] < threshold else {
                        continue
                    }
                    isTaken[nearest] = true
                    try check(truths[nearest].size, .invalidGroundTruth, "an annotated \(name.rawValue)", sample)
                    matches[place].thresholds |= 1 << UInt8(bit)
                    if bit == DetectionSettings.errorThresholdIndex {
                        matches[place].errors = BoxErrors(predictions[place], truths[nearest])
                    }
                }
            }
        }
        return matches
    }

    /// The first of the nearest boxes that are not taken.
    private static func nearest(_ distances: [Double], _ isTaken: [Bool]) -> Int? {
        var found: Int?
        var least = Double.infinity
        for index in distances.indices where !isTaken[index] && distances[index] < least {
            least = distances[index]
            found = index
        }
        return found
    }

    private static func check(
        _ size: SIMD3<Double>,
        _ kind: EvaluationError.Kind,
        _ what: String,
        _ sample: String
    ) throws {
        guard size.x > 0, size.y > 0, size.z > 0 else {
            throw EvaluationError(kind, source: sample, "\(what) has the size \(size.listed); sizes must be above 0")
        }
    }
}
