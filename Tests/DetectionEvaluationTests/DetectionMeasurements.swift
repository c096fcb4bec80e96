import Foundation
import Scenes
import TestSupport
import Testing

@testable import Evaluation

/// Prints what scoring costs at the size of nuScenes' validation split; nothing is asserted about time.
@Suite struct DetectionMeasurements {
    static let isWanted = ProcessInfo.processInfo.environment["OCC_MEASURE"] != nil

    // Skipped unless OCC_MEASURE is set: a measurement.
    @Test(.enabled(if: isWanted, "set OCC_MEASURE=1"))
    func validationSplit() throws {
        let clock = ContinuousClock()
        var random = SeededGenerator(seed: 1)
        let names = DetectionClass.allCases
        func place() -> SIMD3<Double> {
            SIMD3(Double.random(in: -35...35, using: &random), Double.random(in: -35...35, using: &random), 0)
        }
        let truth = try DetectionGroundTruth(
            sampleToken: "s",
            egoTranslation: .zero,
            annotations: (0..<31).map { index in
                BoxAnnotation(
                    category: World.category(of: names[index % 10]),
                    attributes: [],
                    translation: place(),
                    size: SIMD3(2, 4, 2),
                    rotation: Quaternion(yaw_rad: 1),
                    velocity: SIMD2(1, 1),
                    pointCount: 4
                )
            }
        )
        let boxes = try (0..<300).map { index in
            try DetectionBox(
                sampleToken: "s",
                translation: place(),
                size: SIMD3(2, 4, 2),
                rotation: Quaternion(yaw_rad: 2),
                velocity: SIMD2(1, 0),
                name: names[index % 10],
                score: Double(Float.random(in: 0...1, using: &random)),
                attribute: nil
            )
        }
        let samples = 6019
        var stored: [[UInt8]] = []
        let matching = try clock.measure {
            for start in stride(from: 0, to: samples, by: 40) {
                var matches = DetectionMatches()
                for index in start..<min(start + 40, samples) {
                    try matches.accumulate(predictions: boxes, truth: truth, order: UInt64(index))
                }
                stored.append(matches.encoded())
            }
        }
        var total = DetectionMatches()
        let merging = try clock.measure {
            for bytes in stored { try total.merge(DetectionMatches(decoding: bytes)) }
        }
        var report: DetectionReport?
        let scoring = try clock.measure {
            report = try DetectionReport(dataset: "", split: "", model: "", matches: total, sceneCount: stored.count)
        }
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/results_nusc.json"
        let few = 200
        let writing = try clock.measure {
            let writer = try DetectionResultsWriter(path: path, inputs: DetectionInputs())
            for index in 0..<few {
                let token = "s\(index)"
                try writer.add(token, boxes.map { try $0.moved(to: token) })
            }
            try writer.finish()
        }
        var read = 0
        let reading = try clock.measure { try DetectionResultsReader.read(path) { read += $1.count } }
        #expect(report?.sampleCount == samples && read == few * boxes.count)
        let bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        print(
            "\(samples) samples of \(boxes.count) boxes: matched in \(matching),",
            "\(stored.reduce(0) { $0 + $1.count }) bytes merged in \(merging), scored in \(scoring);",
            "results of \(few) samples, \(bytes) bytes: written in \(writing), read in \(reading)"
        )
    }
}

extension DetectionBox {
    fileprivate func moved(to token: String) throws -> DetectionBox {
        try DetectionBox(
            sampleToken: token,
            translation: translation,
            size: size,
            rotation: rotation,
            velocity: velocity,
            name: name,
            score: score,
            attribute: attribute
        )
    }
}
