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

    /// Scenes of 40 samples of 300 predictions, a tenth of which match.
    private func scenes(_ count: Int, seed: UInt64) -> [DetectionMatches] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { scene in
            DetectionMatches(
                samples: (0..<40).map { sample in
                    let records = (0..<300).map { index in
                        let name = DetectionClass.allCases[index % 10]
                        let isHit = Int.random(in: 0..<10, using: &random) == 0
                        let errors = BoxErrors(
                            translation_m: Double.random(in: 0...2, using: &random),
                            scale: 0.2,
                            orientation_rad: 0.1,
                            velocity_mps: 0.3,
                            attributeIsWrong: false
                        )
                        return DetectionMatches.Record(
                            name: name,
                            score: Double(Float.random(in: 0...1, using: &random)) * (isHit ? 1 : 0.5),
                            match: .init(thresholds: isHit ? 0b1110 : 0, errors: isHit ? errors : nil)
                        )
                    }
                    let truths = [UInt32](repeating: 4, count: DetectionClass.allCases.count)
                    return .init(order: UInt64(scene) << 32 | UInt64(sample), truthCounts: truths, records: records)
                }
            )
        }
    }

    // Skipped unless OCC_MEASURE is set: a measurement.
    @Test(.enabled(if: isWanted, "set OCC_MEASURE=1"))
    func comparison() {
        let clock = ContinuousClock()
        let count = 150
        let (a, b) = (scenes(count, seed: 1), scenes(count, seed: 2))
        var pooled: [PooledMatches] = []
        let ranking = clock.measure { pooled = [PooledMatches(a), PooledMatches(b)] }
        var differences: [ScoreDifference] = []
        let resampling = clock.measure {
            differences = PairedBootstrap.differences(
                pooled[0],
                pooled[1],
                draws: SceneDraws(sceneCount: count, seed: 1)
            )
        }
        #expect(differences.allSatisfy { $0.interval != nil })
        print(
            "two runs of \(count) scenes of 40 samples of 300 boxes: ranked in \(ranking), \(SceneDraws.usualCount) resamples in",
            "\(resampling); NDS \(differences[0].a ?? 0), \(differences[0].b ?? 0)"
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
