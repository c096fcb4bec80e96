import Evaluation
import Foundation
import Scenes
import Testing

/// Every number against nuscenes-devkit 1.2.0.
///
/// The golden case was made by `ops/evaluation/detection_case.py` and `ops/evaluation/detection_devkit.py`; `OCC_DETECTION_CASE` names
/// a larger one.
@Suite struct DevkitComparisonTests {
    /// Differences of numbers, counted.
    final class Differences {
        var compared = 0
        var identical = 0
        var largest = 0.0

        func compare(_ ours: Double?, _ theirs: Double?, _ what: @autoclosure () -> String) {
            compared += 1
            guard let ours, let theirs else {
                #expect((ours == nil) == (theirs == nil), "\(what()): \(ours ?? .nan) and \(theirs ?? .nan)")
                identical += 1
                return
            }
            identical += ours == theirs ? 1 : 0
            largest = max(largest, abs(ours - theirs))
            // Only yaws differ, in the last bit: numpy has an arctan2 of its own.
            let name = what()
            let hasYaws = name.contains("orient_err") || name == "NDS"
            #expect(abs(ours - theirs) <= (hasYaws ? 1e-12 : 0), "\(name): \(ours) and \(theirs)")
        }
    }

    @Test func theGoldenCaseAgrees() throws {
        let golden = DevkitCase(folder: Places.goldens)
        #expect(try golden.splits() == ["every"])
        try compare(golden, "every", curves: 5)
    }

    // Skipped, with the reason printed, where no case is named.
    @Test(.enabled(if: Places.bigCase != nil, "set OCC_DETECTION_CASE"))
    func theNamedCaseAgrees() throws {
        let named = DevkitCase(folder: try #require(Places.bigCase))
        for split in try named.splits() { try compare(named, split, curves: 40) }
    }

    private func compare(_ devkit: DevkitCase, _ split: String, curves: Int) throws {
        let expected = try devkit.scores(of: split)
        let summary = expected.summary
        let stored = try devkit.storedMatches(of: split)
        let report = try report(of: stored, split)
        let differences = Differences()
        differences.compare(report.meanAveragePrecision, summary.mean_ap, "mAP")
        differences.compare(report.detectionScore, summary.nd_score, "NDS")
        for kind in DetectionErrorKind.allCases {
            differences.compare(report.errors[kind], summary.tp_errors[kind.rawValue], kind.rawValue)
            differences.compare(report.errorScores[kind], summary.tp_scores[kind.rawValue], kind.rawValue)
        }
        #expect(Set(summary.label_aps.keys) == Set(DetectionClass.allCases.map(\.rawValue)))
        for label in report.labels {
            let name = label.name.rawValue
            for (distance, precision) in zip(DetectionSettings.distanceThresholds_m, label.averagePrecisions) {
                differences.compare(precision, summary.label_aps[name]?["\(distance)"], "AP of \(name) at \(distance)")
            }
            differences.compare(label.meanAveragePrecision, summary.mean_dist_aps[name], "AP of \(name)")
            for kind in DetectionErrorKind.allCases {
                let theirs = try #require(summary.label_tp_errors[name]?[kind.rawValue])
                differences.compare(label.errors[kind], theirs, "\(kind.rawValue) of \(name)")
            }
        }
        #expect(report.labels.reduce(0) { $0 + $1.truthCount } == expected.kept)
        #expect(report.devkitLines == expected.text)
        #expect(expected.details.count == curves)
        try compare(expected.details, with: report, differences)
        let samples = try devkit.groundTruth(of: split).flatMap(\.samples).map(\.truth)
        try compare(expected.truths, with: samples, differences)
        // A comparison of empty scores would prove nothing.
        #expect(summary.mean_ap > 0.05 && differences.compared > 1000)
        print(
            "\(split): \(stored.count) scenes in \(stored.reduce(0) { $0 + $1.count }) bytes, \(differences.compared) numbers,",
            "\(differences.identical) bit for bit, largest difference \(differences.largest)"
        )
    }

    /// Merges scenes first to last and last to first, which must give the same.
    private func report(of stored: [[UInt8]], _ split: String) throws -> DetectionReport {
        let reports = try [stored, stored.reversed()].map { scenes in
            var total = DetectionMatches()
            for bytes in scenes { try total.merge(DetectionMatches(decoding: bytes)) }
            return try DetectionReport(
                dataset: "v1.0-mini",
                split: split,
                model: "noise",
                matches: total,
                sceneCount: scenes.count
            )
        }
        #expect(reports[0] == reports[1])
        return reports[0]
    }

    private func compare(
        _ details: [String: [String: [Double]]],
        with report: DetectionReport,
        _ differences: Differences
    ) throws {
        for (key, lists) in details {
            let parts = key.split(separator: ":").map(String.init)
            let name = try #require(DetectionClass(rawValue: parts[0]))
            let threshold = try #require(Double(parts[1]))
            let curve = try #require(report.curve(of: name, threshold_m: threshold))
            var pairs = [
                ("recall", DetectionCurve.recall), ("precision", curve.precision), ("confidence", curve.confidence),
            ]
            for (kind, values) in curve.errors { pairs.append((kind.rawValue, values)) }
            #expect(pairs.count == (parts[1] == "2.0" ? 8 : 3))
            for (list, ours) in pairs {
                let theirs = try #require(lists[list])
                #expect(ours.count == theirs.count)
                for (index, pair) in zip(ours, theirs).enumerated() {
                    differences.compare(pair.0, pair.1, "\(key) \(list) \(index)")
                }
            }
        }
    }

    private func compare(
        _ truths: [String: [DevkitCase.Truth]],
        with samples: [DetectionGroundTruth],
        _ differences: Differences
    ) throws {
        #expect(samples.count == truths.count)
        for sample in samples {
            let theirs = try #require(truths[sample.sampleToken])
            #expect(sample.boxes.count == theirs.count)
            for (box, other) in zip(sample.boxes, theirs) {
                #expect(other.name == box.name.rawValue && other.attribute == box.attribute?.rawValue ?? "")
                #expect(other.pointCount == box.pointCount)
                differences.compare(box.velocity?.x, other.velocity[0], "velocity in \(sample.sampleToken)")
                differences.compare(box.velocity?.y, other.velocity[1], "velocity in \(sample.sampleToken)")
            }
        }
    }
}
