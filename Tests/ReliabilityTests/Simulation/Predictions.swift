import Storage
import TestSupport

@testable import Worker

/// What every worker computes for a sample: it follows from scene and sample alone, as inference does.
enum Predictions {
    static let shape = [4, 4, 2]

    static func sceneName(_ scene: Int64) -> String { "scene-\(scene)" }

    static func token(_ scene: Int64, _ sample: Int) -> String { "sample-\(scene)-\(sample)" }

    static func labels(_ scene: Int64, _ sample: Int) -> [UInt8] {
        var random = SeededGenerator(seed: UInt64(scene) &* 1000 &+ UInt64(sample))
        return (0..<32).map { _ in UInt8.random(in: 0...17, using: &random) }
    }

    static func header(_ key: LeaseKey) -> SceneFileHeader {
        SceneFileHeader(
            run: "run",
            scene: sceneName(key.scene),
            lease: key.lease,
            dataset: "nuscenes",
            datasetVersion: "v",
            split: "all",
            model: "m",
            modelDigest: "d",
            precision: "fp32",
            software: "occ"
        )
    }
}
