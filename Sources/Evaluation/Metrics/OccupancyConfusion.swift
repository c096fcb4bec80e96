internal import Scenes

/// How often each label was predicted where another was true: 18 x 18 counts of voxels over any number of samples.
///
/// Rows are ground truth, columns are predictions. Confusions of scenes add up to that of a split. The metric is that of
/// FlashOcc's `core/evaluation/occ_metrics.py`: IoU = diagonal / (row + column - diagonal); mIoU is the mean over labels 0 to 16
/// of those that are defined.
public struct OccupancyConfusion: Equatable, Sendable {
    /// Counts in row-major order: index = truth * 18 + prediction.
    public private(set) var counts: [UInt64]
    /// Samples that were added up.
    public private(set) var samples: UInt64

    /// Makes a confusion without samples.
    public init() {
        counts = [UInt64](repeating: 0, count: OccupancyClass.count * OccupancyClass.count)
        samples = 0
    }

    init(counts: [UInt64], samples: UInt64) {
        self.counts = counts
        self.samples = samples
    }

    /// Voxels of a true label that were predicted as another.
    ///
    /// - Precondition: both labels are at most 17.
    public subscript(truth truth: Int, prediction prediction: Int) -> UInt64 {
        counts[truth * OccupancyClass.count + prediction]
    }

    /// Adds one sample.
    ///
    /// - Parameters:
    ///   - prediction: labels in row-major order.
    ///   - semantics: true labels, as many.
    ///   - mask: voxels that are not 0 here are counted; nil counts all.
    ///   - sample: the sample's token, for error texts.
    /// - Throws: `EvaluationError`, and the counts stay as they were.
    public mutating func accumulate(
        prediction: [UInt8],
        semantics: [UInt8],
        mask: [UInt8]? = nil,
        sample: String
    ) throws {
        let tables = try LabelHistogram(
            prediction: prediction,
            semantics: semantics,
            maskLidar: nil,
            maskCamera: mask,
            sample: sample
        )
        add(tables, where: { mask == nil || $0 & LabelHistogram.cameraBit != 0 })
    }

    /// Adds what another confusion counted.
    public mutating func merge(_ other: OccupancyConfusion) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
        samples &+= other.samples
    }

    /// Voxels of a true label.
    public func truthVoxels(of label: Int) -> UInt64 {
        (0..<OccupancyClass.count).reduce(0) { $0 &+ self[truth: label, prediction: $1] }
    }

    /// Voxels of a predicted label.
    public func predictedVoxels(of label: Int) -> UInt64 {
        (0..<OccupancyClass.count).reduce(0) { $0 &+ self[truth: $1, prediction: label] }
    }

    /// Intersection over union of a label, 0 to 1; nil where it occurs in neither truth nor predictions (numpy's NaN).
    public func iou(of label: Int) -> Double? {
        let both = self[truth: label, prediction: label]
        let either = truthVoxels(of: label) &+ predictedVoxels(of: label) &- both
        return either == 0 ? nil : Double(both) / Double(either)
    }

    /// Mean over labels 0 to 16 of the defined IoUs, 0 to 1; nil where none is defined.
    public var meanIoU: Double? {
        let defined = (0..<Int(OccupancyClass.freeLabel)).compactMap { iou(of: $0) }
        return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
    }

    /// Adds the tables of a histogram whose mask bits are wanted.
    mutating func add(_ histogram: LabelHistogram, where isWanted: (Int) -> Bool) {
        for bits in 0..<4 where isWanted(bits) {
            for truth in 0..<OccupancyClass.count {
                for prediction in 0..<OccupancyClass.count {
                    counts[truth * OccupancyClass.count + prediction] +=
                        UInt64(histogram[bits: bits, truth: truth, prediction: prediction])
                }
            }
        }
        samples += 1
    }
}
