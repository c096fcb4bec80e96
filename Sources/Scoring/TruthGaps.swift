internal import Foundation

/// What kept samples out of the scores: by reason how many, and the first few by name.
///
/// Counted while a scene is scored and stored beside its counts, so that whoever prints a score can say of what it is not.
public struct TruthGaps: Equatable, Sendable {
    /// Why a sample is not, or not wholly, in the scores.
    public enum Reason: String, CaseIterable, Sendable {
        /// There is no ground truth of it.
        case absent
        /// There is a file, but it must not or cannot be read.
        case unreadable
        /// There is a file, but it is no whole ground truth.
        case damaged
        /// The prediction and the ground truth cannot be compared.
        case failed
        /// The label file has no `mask_camera`: the sample counts under the other masks and for RayIoU.
        case noCameraMask
        /// The label file has no `mask_lidar`: likewise.
        case noLidarMask
        /// RayIoU was not counted.
        case noRays
    }

    /// A sample that is concerned.
    public struct Example: Codable, Equatable, Sendable {
        /// Its token; behind the scene's name in sums over scenes.
        public var sample: String
        /// What was found; for an absent one where it was looked for.
        public var why: String
    }

    /// The samples of one reason.
    public struct Group: Codable, Equatable, Sendable {
        /// How many there are.
        public var count: Int
        /// The first of them.
        public var examples: [Example]
    }

    /// By raw value of the reason; those of later programs are kept.
    public private(set) var groups: [String: Group] = [:]

    /// Examples that are kept of a reason.
    public static let mostExamples = 5
    /// Characters that are kept of what was found.
    private static let mostCharacters = 400
    /// More samples than any run has; keeps sums of stored numbers in range.
    private static let mostSamples = 1 << 40

    /// Makes a list without gaps.
    public init() {}

    /// Whether nothing is missing.
    public var isEmpty: Bool { groups.isEmpty }

    /// Samples of a reason.
    public func count(_ reason: Reason) -> Int { groups[reason.rawValue]?.count ?? 0 }

    /// The first samples of a reason.
    public func examples(_ reason: Reason) -> [Example] { groups[reason.rawValue]?.examples ?? [] }

    /// Whether something is there that should have counted and could not: no mere absence.
    public var hasDamage: Bool { Self.damage.contains { count($0) > 0 } }

    /// Samples that are in no score.
    public var unscored: Int { ([.absent] + Self.damage).reduce(0) { $0 + count($1) } }

    private static let damage: [Reason] = [.unreadable, .damaged, .failed]

    /// Adds samples of one reason; only the first is named.
    public mutating func add(_ reason: Reason, sample: String, why: String, count: Int = 1) {
        guard count > 0 else { return }
        let example = Example(sample: sample, why: String(why.prefix(Self.mostCharacters)))
        add(Group(count: count, examples: [example]), of: reason.rawValue)
    }

    /// Adds the gaps of other samples of the same scene.
    mutating func add(_ other: TruthGaps) {
        for (reason, group) in other.groups { add(group, of: reason) }
    }

    /// Adds the gaps of a scene, its name before each sample's.
    public mutating func add(_ other: TruthGaps, scene: String) {
        for (reason, group) in other.groups {
            let examples =
                group.examples.isEmpty
                ? [Example(sample: scene, why: "\(group.count) samples")]
                : group.examples.map { Example(sample: "\(scene) \($0.sample)", why: $0.why) }
            add(Group(count: group.count, examples: examples), of: reason)
        }
    }

    /// Drops the examples of a reason where it concerns a whole scene: the scene's name says as much, and datasets without ground truth
    /// have many.
    mutating func shorten(_ reason: Reason, whereAllOf samples: Int) {
        if count(reason) == samples { groups[reason.rawValue]?.examples = [] }
    }

    /// Forgets a reason.
    mutating func remove(_ reason: Reason) { groups[reason.rawValue] = nil }

    private mutating func add(_ group: Group, of reason: String) {
        var sum = groups[reason] ?? Group(count: 0, examples: [])
        sum.count = min(sum.count + group.count, Self.mostSamples)
        sum.examples += group.examples.prefix(Self.mostExamples - sum.examples.count)
        groups[reason] = sum
    }

    /// A line for each reason: how many, which, why.
    public var lines: [String] {
        Reason.allCases.compactMap { reason in
            guard let group = groups[reason.rawValue] else { return nil }
            let isSingle = group.count == 1
            let samples = isSingle ? "1 sample" : "\(group.count) samples"
            let head =
                switch reason {
                case .absent: "\(samples) \(isSingle ? "has" : "have") no ground truth"
                case .unreadable: "the ground truth of \(samples) cannot be read"
                case .damaged: "the ground truth of \(samples) is damaged"
                case .failed: "\(samples) could not be scored"
                case .noCameraMask:
                    "the label files of \(samples) have no mask_camera, so they do not count under --mask camera"
                case .noLidarMask:
                    "the label files of \(samples) have no mask_lidar, so they do not count under --mask lidar"
                case .noRays: "\(samples) \(isSingle ? "does" : "do") not count for RayIoU"
                }
            var names = group.examples.map { $0.why.isEmpty ? $0.sample : "\($0.sample) (\($0.why))" }
            if reason == .noCameraMask || reason == .noLidarMask { names = group.examples.map(\.sample) }
            // An example may stand for a whole scene, so that only the number of all is sure.
            let isCut = group.examples.count == Self.mostExamples && group.count > Self.mostExamples
            return "\(head): \(names.joined(separator: "; "))" + (isCut ? " and more" : "")
        }
    }

    // MARK: - Coding

    /// The gaps as JSON with sorted keys.
    func encoded() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Dictionaries of texts and numbers cannot fail to be written.
        return (try? encoder.encode(groups)).map { Array($0) } ?? Array("{}".utf8)
    }

    /// Reads what `encoded` wrote; nil where it is something else.
    init?(decoding bytes: [UInt8]) {
        guard let groups = try? JSONDecoder().decode([String: Group].self, from: Data(bytes)) else { return nil }
        let areSound = groups.values.allSatisfy {
            (1...Self.mostSamples).contains($0.count) && $0.examples.count <= min($0.count, Self.mostExamples)
        }
        guard areSound else { return nil }
        self.groups = groups
    }
}
