public import Scenes

/// The confusions of the same samples under all three masks, as a worker stores them with each scene.
///
/// ```swift
/// var confusions = MaskedConfusions()
/// try confusions.accumulate(prediction: labels, truth: truth, sample: token)
/// row.confusions = confusions.encoded()                       // some 1 to 2 KB
/// let miou = try MaskedConfusions(decoding: row.confusions)[.camera].meanIoU
/// ```
public struct MaskedConfusions: Equatable, Sendable {
    private var confusions: [OccupancyConfusion]

    /// Makes confusions without samples.
    public init() {
        confusions = VisibilityMask.allCases.map { _ in OccupancyConfusion() }
    }

    /// The confusion under a mask.
    public subscript(mask: VisibilityMask) -> OccupancyConfusion { confusions[Self.place(of: mask)] }

    /// Samples that were added up; under a mask there are fewer where ground truth lacks that mask.
    public var samples: UInt64 { self[.none].samples }

    /// Adds one sample under all masks that its ground truth has, in one pass.
    ///
    /// - Throws: `EvaluationError` naming the sample, and the counts stay as they were.
    public mutating func accumulate(prediction: [UInt8], truth: VoxelLabels, sample: String) throws {
        let histogram = try LabelHistogram(
            prediction: prediction,
            semantics: truth.semantics,
            maskLidar: truth.maskLidar,
            maskCamera: truth.maskCamera,
            sample: sample
        )
        if truth.maskCamera != nil {
            confusions[Self.place(of: .camera)].add(histogram) { $0 & LabelHistogram.cameraBit != 0 }
        }
        if truth.maskLidar != nil {
            confusions[Self.place(of: .lidar)].add(histogram) { $0 & LabelHistogram.lidarBit != 0 }
        }
        confusions[Self.place(of: .none)].add(histogram) { _ in true }
    }

    /// Adds what others counted.
    public mutating func merge(_ other: MaskedConfusions) {
        for index in confusions.indices { confusions[index].merge(other.confusions[index]) }
    }

    private static func place(of mask: VisibilityMask) -> Int {
        switch mask {
        case .camera: 0
        case .lidar: 1
        case .none: 2
        }
    }
}

extension MaskedConfusions: StoredCounts {
    /// What an error calls these bytes.
    public static let storedName = "confusions"
    private static let version: UInt8 = 1

    /// The counts in a compact form; bytes in `docs/evaluation.md`, "Stored confusions".
    public func encoded() -> [UInt8] {
        var writer = ByteWriter([Self.version, UInt8(OccupancyClass.count), UInt8(confusions.count)])
        for confusion in confusions {
            writer.append(varint: confusion.samples)
            for count in confusion.counts { writer.append(varint: count) }
        }
        return writer.bytes
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(decoding bytes: [UInt8]) throws {
        guard bytes.count >= 3, bytes[0] == Self.version else {
            throw Self.refusal("version \(bytes.first.map { "\($0)" } ?? "none"), this program reads \(Self.version)")
        }
        guard bytes[1] == UInt8(OccupancyClass.count), bytes[2] == UInt8(VisibilityMask.allCases.count) else {
            throw Self.refusal("\(bytes[1]) labels and \(bytes[2]) masks")
        }
        confusions = try Self.reading(bytes[3...]) { reader in
            try VisibilityMask.allCases.map { _ in
                let samples = try reader.varint()
                let counts = try (0..<OccupancyClass.count * OccupancyClass.count).map { _ in try reader.varint() }
                return OccupancyConfusion(counts: counts, samples: samples)
            }
        }
    }
}
