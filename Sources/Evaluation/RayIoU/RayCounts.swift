internal import Scenes

/// What RayIoU is made of: rays by true label, by predicted label and, within each threshold, by the label that both agree on.
///
/// ```swift
/// var counts = RayCounts()
/// try counts.accumulate(prediction: labels, semantics: truth.semantics, origins: origins, sample: token)
/// row.rayCounts = counts.encoded()                       // some 200 bytes
/// let score = try RayCounts(decoding: row.rayCounts).rayIoU
/// ```
///
/// Counts of scenes add up to those of a split. The metric is that of SparseOcc's `loaders/ray_metrics.py` and
/// `lib/dvr/dvr.cu`; `docs/ray-iou.md` has the definition. No camera mask takes part.
public struct RayCounts: Equatable, Sendable {
    /// Depths agree where they differ by less than this, in metres.
    public static let thresholds_m = [1.0, 2.0, 4.0]

    /// Samples that were added up.
    public internal(set) var samples: UInt64
    /// Rays by true label, 18 values; rays that meet nothing in the ground truth are left out, so the last is 0.
    public internal(set) var truth: [UInt64]
    /// The same rays by predicted label; the last, free, are those that meet nothing in the prediction.
    public internal(set) var predicted: [UInt64]
    /// Rays whose labels agree and whose depths differ by less than a threshold: for each of the three, 18 values.
    public internal(set) var hits: [[UInt64]]

    /// Makes counts without samples.
    public init() {
        samples = 0
        truth = [UInt64](repeating: 0, count: OccupancyClass.count)
        predicted = truth
        hits = Self.thresholds_m.map { _ in [UInt64](repeating: 0, count: OccupancyClass.count) }
    }

    /// Casts the rays of one sample through both grids.
    ///
    /// - Parameters:
    ///   - prediction: labels 0 to 17, [200, 200, 16] in row-major order.
    ///   - semantics: true labels, likewise.
    ///   - origins: where the rays start.
    ///   - sample: the sample's token, for error texts.
    /// - Throws: `EvaluationError` naming the sample, and the counts stay as they were.
    public mutating func accumulate(
        prediction: [UInt8],
        semantics: [UInt8],
        origins: LidarOrigins,
        sample: String
    ) throws {
        let grid = try PairedGrid(prediction: prediction, semantics: semantics, sample: sample)
        var tally = RayTally()
        var batch = RayBatch()
        for origin in origins.positions { tally.cast(from: origin, through: grid, by: &batch) }
        add(tally)
    }

    /// Adds what others counted.
    public mutating func merge(_ other: RayCounts) {
        samples &+= other.samples
        for label in 0..<OccupancyClass.count {
            truth[label] &+= other.truth[label]
            predicted[label] &+= other.predicted[label]
            for index in hits.indices { hits[index][label] &+= other.hits[index][label] }
        }
    }

    /// Rays that were scored: those that meet something in the ground truth.
    public var rays: UInt64 { truth.reduce(0, &+) }

    /// Intersection over union of a label, 0 to 1; nil where no ray meets it (numpy's NaN).
    ///
    /// - Parameters:
    ///   - label: the label.
    ///   - threshold: index into `thresholds_m`.
    /// - Precondition: the label is at most 17, the threshold at most 2.
    public func iou(of label: Int, threshold: Int) -> Double? {
        let both = hits[threshold][label]
        let either = truth[label] &+ predicted[label] &- both
        return either == 0 ? nil : Double(both) / Double(either)
    }

    /// Mean over labels 0 to 16 at a threshold of the defined IoUs, 0 to 1 (`RayIoU@1`, `@2`, `@4`); nil where none is defined.
    ///
    /// - Precondition: the threshold, an index into `thresholds_m`, is at most 2.
    public func rayIoU(threshold: Int) -> Double? {
        Self.mean((0..<Int(OccupancyClass.freeLabel)).map { iou(of: $0, threshold: threshold) })
    }

    /// Mean over thresholds and labels 0 to 16 of the defined IoUs, 0 to 1; nil where none is defined.
    public var rayIoU: Double? {
        Self.mean(
            hits.indices.flatMap { index in (0..<Int(OccupancyClass.freeLabel)).map { iou(of: $0, threshold: index) } }
        )
    }

    private static func mean(_ values: [Double?]) -> Double? {
        let defined = values.compactMap { $0 }
        return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
    }

    private mutating func add(_ tally: RayTally) {
        for label in 0..<OccupancyClass.count {
            for other in 0..<OccupancyClass.count {
                for band in 0..<RayTally.bands {
                    let rays = UInt64(tally[truth: label, prediction: other, band: band])
                    truth[label] += rays
                    predicted[other] += rays
                    guard label == other else { continue }
                    for index in hits.indices where band <= index { hits[index][label] += rays }
                }
            }
        }
        samples += 1
    }
}
