internal import Scenes

/// mIoU and the IoUs of its classes, of sums of scenes.
public struct PooledConfusions: PooledScores {
    /// mIoU, then the classes 0 to 16.
    public let names: [ComparedScore]
    /// Where a class is true or predicted.
    public let occurrences: [[Bool]]
    private let labels: [PooledIoU.Counts]

    /// Takes the confusions of scenes.
    public init(_ scenes: [OccupancyConfusion]) {
        let scored = 0..<Int(OccupancyClass.freeLabel)
        labels = scored.map { label in
            scenes.map { scene in
                let both = scene[truth: label, prediction: label]
                let either = scene.truthVoxels(of: label) &+ scene.predictedVoxels(of: label) &- both
                return (Double(both), Double(either))
            }
        }
        names =
            [ComparedScore(key: "meanIoU_percent", title: "mIoU")]
            + scored.map {
                let name = OccupancyClass.names[$0]
                return ComparedScore(key: "iou_percent.\(name)", title: name, isOfClass: true)
            }
        let byLabel = labels.map { $0.map { $0.either > 0 } }
        occurrences = [scenes.indices.map { scene in byLabel.contains { $0[scene] } }] + byLabel
    }

    /// The numbers of 32 sums.
    public func scores(_ weights: SceneWeights) -> [[Double]] { Self.scores(values(weights)) }

    /// The numbers of 32 sums over the classes that another run has, too.
    public func scores(_ weights: SceneWeights, sharedWith other: PooledConfusions) -> [[Double]] {
        Self.scores(PooledIoU.shared(values(weights), other.values(weights)))
    }

    private func values(_ weights: SceneWeights) -> [SIMD32<Double>] {
        let reals = weights.reals
        return labels.map { PooledIoU.percent($0, reals) }
    }

    private static func scores(_ values: [SIMD32<Double>]) -> [[Double]] {
        ([PooledIoU.mean(values)] + values).map(PooledIoU.lanes)
    }
}

/// RayIoU, its means at each threshold, and those of its classes, of sums of scenes.
public struct PooledRays: PooledScores {
    /// RayIoU, RayIoU@1, @2 and @4, then the classes 0 to 16.
    public let names: [ComparedScore]
    /// Where rays meet a class in truth or prediction.
    public let occurrences: [[Bool]]
    /// By threshold, then by label.
    private let labels: [[PooledIoU.Counts]]

    /// Takes the counts of scenes.
    public init(_ scenes: [RayCounts]) {
        let scored = 0..<Int(OccupancyClass.freeLabel)
        labels = RayCounts.thresholds_m.indices.map { index in
            scored.map { label in
                scenes.map { scene in
                    let both = scene.hits[index][label]
                    return (Double(both), Double(scene.truth[label] &+ scene.predicted[label] &- both))
                }
            }
        }
        names =
            [ComparedScore(key: "rayIoU_percent", title: "RayIoU")]
            + RayCounts.thresholds_m.map {
                ComparedScore(key: "rayIoU_percent.\(Int($0))m", title: "RayIoU@\(Int($0))")
            }
            + scored.map {
                let name = OccupancyClass.names[$0]
                return ComparedScore(key: "rayIoU_percent.\(name)", title: name, isOfClass: true)
            }
        let byLabel = labels[0].map { $0.map { $0.either > 0 } }
        let any = scenes.indices.map { scene in byLabel.contains { $0[scene] } }
        occurrences = [[Bool]](repeating: any, count: 1 + labels.count) + byLabel
    }

    /// The numbers of 32 sums; a class's is the mean over thresholds.
    public func scores(_ weights: SceneWeights) -> [[Double]] { Self.scores(values(weights)) }

    /// The numbers of 32 sums over the classes that another run has, too.
    public func scores(_ weights: SceneWeights, sharedWith other: PooledRays) -> [[Double]] {
        Self.scores(zip(values(weights), other.values(weights)).map(PooledIoU.shared))
    }

    private func values(_ weights: SceneWeights) -> [[SIMD32<Double>]] {
        let reals = weights.reals
        return labels.map { $0.map { PooledIoU.percent($0, reals) } }
    }

    private static func scores(_ values: [[SIMD32<Double>]]) -> [[Double]] {
        let classes = values[0].indices.map { label in PooledIoU.mean(values.map { $0[label] }) }
        return ([PooledIoU.mean(values.flatMap { $0 })] + values.map(PooledIoU.mean) + classes).map(PooledIoU.lanes)
    }
}
