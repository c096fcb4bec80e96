public import Evaluation
internal import Foundation
internal import Scenes

/// All counts of one scene, as a worker stores them with its result and `run.json` repeats them; bytes in `docs/evaluation.md`,
/// "Stored metrics".
///
/// ```swift
/// result.metrics = metrics.encoded()
/// let metrics = try SceneMetrics(decoding: result.metrics)       // also what version 0.1 stored: confusions alone
/// ```
public struct SceneMetrics: Equatable, Sendable {
    /// Of occupancy runs: voxels by true and predicted label, under every mask.
    public var confusions: MaskedConfusions?
    /// Of occupancy runs, where the tables tell where the lidar was: what RayIoU is made of.
    public var rays: RayCounts?
    /// Of detection runs: what became of each box.
    public var detections: DetectionMatches?

    /// Samples that are not in the counts, and why.
    public var gaps: TruthGaps

    /// Makes metrics from their parts.
    public init(
        confusions: MaskedConfusions? = nil,
        rays: RayCounts? = nil,
        detections: DetectionMatches? = nil,
        gaps: TruthGaps = TruthGaps()
    ) {
        self.confusions = confusions
        self.rays = rays
        self.detections = detections
        self.gaps = gaps
    }

    /// Whether nothing was counted; gaps may be there all the same.
    public var isEmpty: Bool { confusions == nil && rays == nil && detections == nil }
    /// Whether there is something worth storing.
    public var isWorthStoring: Bool { !isEmpty || !gaps.isEmpty }

    private static let magic = Array("OCSM".utf8)
    private static let version: UInt8 = 1

    private enum Part: UInt8 {
        case confusions = 1
        case rays = 2
        case detections = 3
        case gaps = 4
    }

    /// The metrics as bytes that say what they are.
    public func encoded() -> [UInt8] {
        var parts: [(Part, [UInt8])] = []
        if let confusions { parts.append((.confusions, confusions.encoded())) }
        if let rays { parts.append((.rays, rays.encoded())) }
        if let detections { parts.append((.detections, detections.encoded())) }
        if !gaps.isEmpty { parts.append((.gaps, gaps.encoded())) }
        var writer = ByteWriter(Self.magic + [Self.version, UInt8(parts.count)])
        for (kind, content) in parts { writer.append(part: kind.rawValue, content) }
        return writer.bytes
    }

    /// Reads what `encoded` wrote, or the bare confusions of version 0.1.
    ///
    /// Parts of kinds that this program does not know are stepped over.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(decoding bytes: [UInt8]) throws {
        guard bytes.starts(with: Self.magic) else {
            self.init(confusions: try MaskedConfusions(decoding: bytes))
            return
        }
        guard bytes.count >= 6, bytes[4] == Self.version else {
            throw Self.flaw("version \(bytes.dropFirst(4).first.map { "\($0)" } ?? "none"), this program reads 1")
        }
        self.init()
        var reader = ByteReader(bytes[6...])
        var last: UInt8 = 0
        for _ in 0..<bytes[5] {
            let (kind, slice) = try Self.sound { () throws(ByteReader.Failure) in try reader.part() }
            guard kind > last else { throw Self.flaw("its parts are not in order") }
            last = kind
            let content = Array(slice)
            switch Part(rawValue: kind) {
            case .confusions: confusions = try MaskedConfusions(decoding: content)
            case .rays: rays = try RayCounts(decoding: content)
            case .detections: detections = try DetectionMatches(decoding: content)
            case .gaps:
                guard let read = TruthGaps(decoding: content) else { throw Self.flaw("gaps that cannot be read") }
                gaps = read
            case nil: continue
            }
        }
        try Self.sound { () throws(ByteReader.Failure) in try reader.finish() }
    }

    /// `encoded()` in Base64, for JSON.
    public var base64: String { Data(encoded()).base64EncodedString() }

    /// Reads what `base64` gave.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(base64: String) throws {
        guard let data = Data(base64Encoded: base64) else { throw Self.flaw("not Base64") }
        try self.init(decoding: [UInt8](data))
    }

    private static func sound<Value>(_ read: () throws(ByteReader.Failure) -> Value) throws -> Value {
        do { return try read() } catch { throw flaw("\(error)") }
    }

    private static func flaw(_ text: String) -> EvaluationError {
        EvaluationError(.invalidEncoding, source: "stored metrics", "\(text); score the scene again from its file")
    }
}
