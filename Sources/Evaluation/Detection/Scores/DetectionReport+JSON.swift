internal import Foundation
internal import Scenes

extension DetectionReport: Encodable {
    private enum Key: String, CodingKey {
        case dataset, split, model, scenes, samples
        case expectedSamples = "expected_samples"
        case meanAP = "mean_ap"
        case ndScore = "nd_score"
        case errors = "tp_errors"
        case errorScores = "tp_scores"
        case labelAPs = "label_aps"
        case meanDistanceAPs = "mean_dist_aps"
        case labelErrors = "label_tp_errors"
        case truthCounts = "label_truths"
        case predictionCounts = "label_predictions"
        case settings = "cfg"
    }

    /// Writes nuscenes-devkit's keys (`mean_ap`, `nd_score`, `tp_errors`, `tp_scores`, `label_aps`, `mean_dist_aps`,
    /// `label_tp_errors`, `cfg`) and those of the run; errors that a class does not have are null, where the devkit writes NaN.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(dataset, forKey: .dataset)
        try container.encode(split, forKey: .split)
        try container.encode(model, forKey: .model)
        try container.encode(sceneCount, forKey: .scenes)
        try container.encode(sampleCount, forKey: .samples)
        try container.encode(expectedSampleCount, forKey: .expectedSamples)
        try container.encode(meanAveragePrecision, forKey: .meanAP)
        try container.encode(detectionScore, forKey: .ndScore)
        try container.encode(Self.byName(errors), forKey: .errors)
        try container.encode(Self.byName(errorScores), forKey: .errorScores)
        try container.encode(byClass { Self.byDistance($0.averagePrecisions) }, forKey: .labelAPs)
        try container.encode(byClass(\.meanAveragePrecision), forKey: .meanDistanceAPs)
        try container.encode(byClass { Self.byName($0.errors) }, forKey: .labelErrors)
        try container.encode(byClass(\.truthCount), forKey: .truthCounts)
        try container.encode(byClass(\.predictionCount), forKey: .predictionCounts)
        try container.encode(Settings(), forKey: .settings)
    }

    /// The report as JSON with sorted keys.
    public func json() throws -> [UInt8] { try Self.encoded(self) }

    /// The forty curves as JSON, in the form of nuscenes-devkit's `metrics_details.json`.
    ///
    /// Keys are `car:0.5` and so on, each with lists of 101 numbers named `recall`, `precision` and `confidence`, and at 2.0 the five
    /// errors. The devkit writes errors at the other distances as well, but no score is made of them.
    public func curvesJSON() throws -> [UInt8] {
        var lists: [String: [String: [Double]]] = [:]
        for curve in curves {
            var parts = ["recall": DetectionCurve.recall, "precision": curve.precision, "confidence": curve.confidence]
            for (kind, values) in curve.errors { parts[kind.rawValue] = values }
            lists["\(curve.name.rawValue):\(curve.threshold_m)"] = parts
        }
        return try Self.encoded(lists)
    }

    private static func encoded(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }

    private func byClass<Value>(_ value: (Label) -> Value) -> [String: Value] {
        Dictionary(uniqueKeysWithValues: labels.map { ($0.name.rawValue, value($0)) })
    }

    private static func byDistance(_ values: [Double]) -> [String: Double] {
        Dictionary(uniqueKeysWithValues: zip(DetectionSettings.distanceThresholds_m.map { "\($0)" }, values))
    }

    private static func byName(_ values: [DetectionErrorKind: Double]) -> [String: Double?] {
        Dictionary(uniqueKeysWithValues: DetectionErrorKind.allCases.map { ($0.rawValue, values[$0]) })
    }

    /// The devkit's `cfg`.
    private struct Settings: Encodable {
        private enum Key: String, CodingKey {
            case ranges = "class_range"
            case distance = "dist_fcn"
            case thresholds = "dist_ths"
            case errorThreshold = "dist_th_tp"
            case minimumRecall = "min_recall"
            case minimumPrecision = "min_precision"
            case maximumBoxes = "max_boxes_per_sample"
            case meanAPWeight = "mean_ap_weight"
        }

        func encode(to encoder: any Encoder) throws {
            typealias Values = DetectionSettings
            var container = encoder.container(keyedBy: Key.self)
            let ranges = DetectionClass.allCases.map { ($0.rawValue, $0.range_m) }
            try container.encode(Dictionary(uniqueKeysWithValues: ranges), forKey: .ranges)
            try container.encode("center_distance", forKey: .distance)
            try container.encode(Values.distanceThresholds_m, forKey: .thresholds)
            try container.encode(Values.distanceThresholds_m[Values.errorThresholdIndex], forKey: .errorThreshold)
            try container.encode(Values.minimumRecall, forKey: .minimumRecall)
            try container.encode(Values.minimumPrecision, forKey: .minimumPrecision)
            try container.encode(Values.maximumBoxesPerSample, forKey: .maximumBoxes)
            try container.encode(Values.meanAPWeight, forKey: .meanAPWeight)
        }
    }
}
