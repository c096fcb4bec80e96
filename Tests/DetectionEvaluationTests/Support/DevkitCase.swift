import Datasets
import Evaluation
import Foundation
import Scenes

/// A folder of tables, results and nuscenes-devkit's scores for them.
struct DevkitCase {
    /// What the devkit gave.
    struct Scores: Decodable {
        struct Summary: Decodable {
            let mean_ap: Double
            let nd_score: Double
            let tp_errors: [String: Double]
            let tp_scores: [String: Double]
            let label_aps: [String: [String: Double]]
            let mean_dist_aps: [String: Double]
            let label_tp_errors: [String: [String: Double?]]
        }
        let summary: Summary
        let details: [String: [String: [Double]]]
        let text: String
        let kept: Int
        let truths: [String: [Truth]]
    }

    /// One box of ground truth as the devkit read it.
    struct Truth: Decodable {
        let name: String
        let attribute: String
        let pointCount: Int
        let velocity: [Double?]

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            name = try list.decode(String.self)
            attribute = try list.decode(String.self)
            pointCount = try list.decode(Int.self)
            velocity = try [list.decode(Double?.self), list.decode(Double?.self)]
        }
    }

    let folder: String

    /// The splits of the folder.
    func splits() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().compactMap { name in
            guard name.hasPrefix("results_"), name.hasSuffix(".json") else { return nil }
            return String(name.dropFirst("results_".count).dropLast(".json".count))
        }
    }

    func scores(of split: String) throws -> Scores {
        try JSONDecoder().decode(
            Scores.self,
            from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/devkit_\(split).json"))
        )
    }

    /// The annotations of a split, as a caller hands them from the datasets to the evaluation.
    func groundTruth(of split: String) throws -> [(scene: String, samples: [(truth: DetectionGroundTruth, row: Int)])] {
        let dataset = try NuScenesDataset.open(root: folder, version: "v1.0-mini")
        let scenes = try AnnotationTables.read(dataset, scenes: dataset.scenes(ofSplit: split).present)
        return try scenes.map { scene in
            (
                scene.name,
                try scene.samples.map { sample in
                    let truth = try DetectionGroundTruth(
                        sampleToken: sample.token,
                        egoTranslation: sample.lidarEgoToGlobal.translation,
                        annotations: sample.boxes
                    )
                    return (truth, sample.tableRow)
                }
            )
        }
    }

    /// The stored matches of each scene of a split.
    func storedMatches(of split: String) throws -> [[UInt8]] {
        let results = try DetectionResultsReader.readAll("\(folder)/results_\(split).json").samples
        let boxes = Dictionary(uniqueKeysWithValues: results.map { ($0.sampleToken, $0.boxes) })
        let places = Dictionary(uniqueKeysWithValues: results.enumerated().map { ($1.sampleToken, $0) })
        let isOfficial = OfficialSplit(rawValue: split) != nil
        return try groundTruth(of: split).map { scene in
            var matches = DetectionMatches()
            // From the last sample to the first: the order of adding does not matter.
            for (truth, row) in scene.samples.reversed() {
                let place = isOfficial ? places[truth.sampleToken] ?? -1 : row
                try matches.accumulate(
                    predictions: boxes[truth.sampleToken] ?? [],
                    truth: truth,
                    order: UInt64(place)
                )
            }
            return matches.encoded()
        }
    }
}
