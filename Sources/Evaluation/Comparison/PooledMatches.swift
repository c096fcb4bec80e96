internal import Scenes

/// NDS, mAP, the five mean errors and the APs of the ten classes, of sums of scenes.
public struct PooledMatches: PooledScores {
    /// NDS, mAP, the errors, then the classes; all but the errors 0 to 1.
    public let names: [ComparedScore]
    /// Where a class is annotated.
    public let occurrences: [[Bool]]
    private let rankings: [ClassRanking]

    /// Takes the matches of scenes.
    ///
    /// - Parameter scenes: matches in which every sample of all scenes has an order of its own (`DetectionMatches.placed`).
    public init(_ scenes: [DetectionMatches]) {
        let samples = scenes.enumerated().flatMap { scene, matches in
            matches.samples.map { (scene: scene, sample: $0) }
        }
        let ordered = samples.sorted { $0.sample.order < $1.sample.order }
        rankings = DetectionClass.allCases.map { ClassRanking($0, ordered, sceneCount: scenes.count) }
        let errorNames = ["mATE", "mASE", "mAOE", "mAVE", "mAAE"]
        names =
            [
                ComparedScore(key: "nds", title: "NDS", unit: .fraction),
                ComparedScore(key: "mAP", title: "mAP", unit: .fraction),
            ]
            + zip(DetectionErrorKind.allCases, errorNames).map {
                ComparedScore(key: $0.rawValue, title: $1, unit: .error)
            }
            + DetectionClass.allCases.map {
                ComparedScore(key: "ap.\($0.rawValue)", title: $0.rawValue, unit: .fraction, isOfClass: true)
            }
        let byClass = rankings.map { $0.truths.map { $0 > 0 } }
        let any = scenes.indices.map { scene in byClass.contains { $0[scene] } }
        occurrences = [[Bool]](repeating: any, count: 2 + errorNames.count) + byClass
    }

    /// The numbers of 32 sums, as `DetectionReport` computes them; classes without annotated boxes count as there.
    public func scores(_ weights: SceneWeights) -> [[Double]] {
        let lanes = SceneWeights.lanes
        let sweeps = rankings.map { ClassSweep($0, weights) }
        let kinds = DetectionErrorKind.allCases
        var values = [[Double]](repeating: [Double](repeating: 0, count: lanes), count: names.count)
        for lane in 0..<lanes {
            let precisions = sweeps.map { $0.averagePrecisions[lane] }
            let meanAP = precisions.reduce(0, +) / Double(precisions.count)
            var credit = 0.0
            for (index, kind) in kinds.enumerated() {
                let scored = sweeps.indices.filter { rankings[$0].name.isScored(kind) }
                let mean = scored.reduce(0) { $0 + sweeps[$1].errors[lane][index] } / Double(scored.count)
                values[2 + index][lane] = mean
                credit += max(0, 1 - mean)
            }
            let weight = Double(DetectionSettings.meanAPWeight)
            values[0][lane] = (weight * meanAP + credit) / (weight + Double(kinds.count))
            values[1][lane] = meanAP
            for (index, precision) in precisions.enumerated() {
                values[2 + kinds.count + index][lane] = precision
            }
        }
        return values
    }
}
