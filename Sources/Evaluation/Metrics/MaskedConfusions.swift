internal import Foundation

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
    public mutating func accumulate(prediction: [UInt8], truth: OccupancyGroundTruth, sample: String) throws {
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

extension MaskedConfusions {
    /// The counts in a compact form; bytes in `docs/evaluation.md`, "Stored confusions".
    public func encoded() -> [UInt8] {
        var sink = ByteSink([ConfusionCoding.version, UInt8(Occ3DClasses.count), UInt8(confusions.count)])
        for confusion in confusions { ConfusionCoding.append(confusion, to: &sink) }
        return sink.bytes
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(decoding bytes: [UInt8]) throws {
        guard bytes.count >= 3, bytes[0] == ConfusionCoding.version else {
            throw ConfusionCoding.refusal(
                "version \(bytes.first.map { "\($0)" } ?? "none"), this program reads \(ConfusionCoding.version)"
            )
        }
        guard bytes[1] == UInt8(Occ3DClasses.count), bytes[2] == UInt8(VisibilityMask.allCases.count) else {
            throw ConfusionCoding.refusal("\(bytes[1]) labels and \(bytes[2]) masks")
        }
        var source = ByteSource(bytes[3...], refusal: ConfusionCoding.refusal)
        confusions = try VisibilityMask.allCases.map { _ in try ConfusionCoding.confusion(from: &source) }
        try source.finish()
    }

    /// `encoded()` in Base64, for JSON.
    public var base64: String { Data(encoded()).base64EncodedString() }

    /// Reads what `base64` gave.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(base64: String) throws {
        guard let data = Data(base64Encoded: base64) else {
            throw ConfusionCoding.refusal("not Base64")
        }
        try self.init(decoding: [UInt8](data))
    }
}

extension MaskedConfusions: Codable {
    /// Reads the Base64 form.
    public init(from decoder: any Decoder) throws {
        try self.init(base64: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the Base64 form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(base64)
    }
}
