import Foundation
import Scenes
import Testing

@testable import Evaluation

@Suite struct ReportTests {
    private func report(_ matches: DetectionMatches, expected: Int? = nil) throws -> DetectionReport {
        try DetectionReport(
            dataset: "v1.0-mini",
            split: "val",
            model: "m",
            matches: matches,
            sceneCount: 2,
            expectedSamples: expected
        )
    }

    private func box(_ token: String, score: Double, x: Double = 0) throws -> DetectionBox {
        try DetectionBox(
            sampleToken: token,
            translation: SIMD3(x, 0, 0),
            size: SIMD3(1, 1, 1),
            rotation: Quaternion(yaw_rad: 0),
            velocity: SIMD2(0, 0),
            name: .car,
            score: score,
            attribute: nil
        )
    }

    private func truth(_ token: String, cars: Int) throws -> DetectionGroundTruth {
        let car = BoxAnnotation(
            category: "vehicle.car",
            attributes: [],
            translation: .zero,
            size: SIMD3(1, 1, 1),
            rotation: Quaternion(yaw_rad: 0),
            velocity: nil,
            pointCount: 5
        )
        return try DetectionGroundTruth(
            sampleToken: token,
            egoTranslation: .zero,
            annotations: [BoxAnnotation](repeating: car, count: cars)
        )
    }

    @Test func nothingScoresNothing() throws {
        let empty = try report(DetectionMatches(), expected: 0)
        #expect(empty.meanAveragePrecision == 0 && empty.detectionScore == 0)
        #expect(empty.errors == Dictionary(uniqueKeysWithValues: DetectionErrorKind.allCases.map { ($0, 1.0) }))
        #expect(empty.curves.count == 40 && empty.curves.allSatisfy { $0.maximumRecall == 0 })
    }

    @Test func perfectCarsScoreOneTenth() throws {
        var matches = DetectionMatches()
        for index in 0..<4 {
            try matches.accumulate(
                predictions: [box("\(index)", score: 0.9)],
                truth: truth("\(index)", cars: 1),
                order: UInt64(index)
            )
        }
        let report = try report(matches, expected: 8)
        #expect(abs(report.meanAveragePrecision - 0.1) < 1e-15)
        let car = report.labels[0]
        // Neither velocities nor attributes are annotated: such errors are 1.
        #expect(car.errors[.translation] == 0 && car.errors[.velocity] == 1 && car.errors[.attribute] == 1)
        #expect(car.truthCount == 4 && car.predictionCount == 4)
        #expect(report.curve(of: .car, threshold_m: 0.5)?.maximumRecall == 1)
        #expect(report.curve(of: .car, threshold_m: 0.7) == nil)
        #expect(report.caption == "v1.0-mini val, 2 scenes, 4 of 8 samples")
        #expect(report.table.hasPrefix("m: v1.0-mini val, 2 scenes, 4 of 8 samples\nmAP: 0.1000\nmATE: 0.9000\n"))
        #expect(report.table.contains("\ntraffic_cone        \t0.000 \t1.000 \t1.000 \tnan   \tnan   \tnan   \n"))
    }

    /// Below a recall of 0.1 nothing counts, errors included.
    @Test func recallsUpToATenthDoNotCount() throws {
        var matches = DetectionMatches()
        try matches.accumulate(predictions: [box("a", score: 0.5)], truth: truth("a", cars: 10), order: 0)
        let low = try report(matches)
        #expect(low.labels[0].averagePrecisions == [0, 0, 0, 0] && low.labels[0].errors[.translation] == 1)
        #expect(low.curve(of: .car, threshold_m: 2)?.maximumRecall == 0.1)
        try matches.accumulate(predictions: [box("b", score: 0.5)], truth: truth("b", cars: 0), order: 1)
        #expect(try report(matches).labels[0].predictionCount == 2)
    }

    @Test func scoresBelowZeroAreRefusedWhereTheyCannotBeRanked() throws {
        var matches = DetectionMatches()
        try matches.accumulate(predictions: [box("a", score: -0.5)], truth: truth("a", cars: 2), order: 0)
        let error = try #require(throws: EvaluationError.self) { try report(matches) }
        #expect(error.kind == .invalidPrediction && error.detail.contains("-0.5"))
    }

    private struct Written: Decodable {
        struct Settings: Decodable {
            let dist_ths: [Double]
            let class_range: [String: Double]
        }
        let mean_ap: Double
        let nd_score: Double
        let tp_errors: [String: Double]
        let tp_scores: [String: Double]
        let label_aps: [String: [String: Double]]
        let mean_dist_aps: [String: Double]
        let label_tp_errors: [String: [String: Double?]]
        let cfg: Settings
        let samples: Int
        let expected_samples: Int?
    }

    @Test func jsonHasTheKeysOfTheDevkit() throws {
        let report = try report(World(samples: 20, seed: 8).matches(of: 0..<20))
        // JSONSerialization does not round numbers correctly; JSONDecoder does.
        let read = try JSONDecoder().decode(Written.self, from: Data(report.json()))
        #expect(read.mean_ap == report.meanAveragePrecision && read.nd_score == report.detectionScore)
        #expect(read.tp_errors["trans_err"] == report.errors[.translation])
        #expect(read.tp_scores["attr_err"] == report.errorScores[.attribute] && read.tp_scores.count == 5)
        #expect(read.label_aps["car"]?["0.5"] == report.labels[0].averagePrecisions[0])
        #expect(read.label_aps.count == 10 && read.label_aps["bus"]?.keys.sorted() == ["0.5", "1.0", "2.0", "4.0"])
        #expect(read.mean_dist_aps["car"] == report.labels[0].meanAveragePrecision)
        #expect(read.label_tp_errors["traffic_cone"]?.filter { $0.value == nil }.count == 3)
        #expect(read.label_tp_errors["traffic_cone"]?.count == 5)
        #expect(read.label_tp_errors["car"]?["orient_err"] == report.labels[0].errors[.orientation])
        #expect(read.cfg.dist_ths == [0.5, 1, 2, 4] && read.cfg.class_range["barrier"] == 30)
        #expect(read.samples == 20 && read.expected_samples == nil)
        let curves = try JSONDecoder().decode([String: [String: [Double]]].self, from: Data(report.curvesJSON()))
        #expect(curves.count == 40 && curves["car:2.0"]?.count == 8 && curves["car:0.5"]?.count == 3)
        #expect(curves["car:4.0"]?["precision"] == report.curve(of: .car, threshold_m: 4)?.precision)
    }
}
