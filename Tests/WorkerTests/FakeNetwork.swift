import OccInference

@testable import Worker

/// A network of three frames that takes no time: labels that depend on every byte of what it reads, and a memory like a session's.
final class FakeNetwork: KeyframeNetwork {
    struct Failure: Error {}

    let configuration: NetworkConfiguration
    let lastTimings = StageTimings()
    /// Keys of the frames whose images were looked at, in order.
    private(set) var imageBranchRuns: [String] = []
    /// Calls of `predict` that are still to fail.
    var failuresToCome = 0
    /// Whether what is remembered differs from what is computed: a mistake that must be noticed.
    var remembersBadly = false
    /// What was done to each camera's picture of the last keyframe.
    private(set) var lastAugmentations: [ImageAugmentation] = []
    private var kept: [String: UInt64] = [:]

    init(frames: Int = 3) throws {
        var configuration = try ModelCatalogue.configuration(named: "flashocc-r50_BDC-T")
        configuration.frames = frames
        configuration.inputWidth = 64
        configuration.inputHeight = 32
        self.configuration = configuration
    }

    func remembers(_ key: String) -> Bool { kept[key] != nil }

    func forget() { kept = [:] }

    func predict(_ input: KeyframeInput) throws -> Prediction {
        guard input.frames.count == configuration.frames else { throw Failure() }
        lastAugmentations = input.augmentations
        var features: [String: UInt64] = [:]
        for frame in input.frames.reversed() where features[frame.key] == nil {
            if let known = kept[frame.key] {
                features[frame.key] = known
                continue
            }
            guard frame.imagesRGB.count == 6 * 64 * 32 * 3 else { throw Failure() }
            imageBranchRuns.append(frame.key)
            features[frame.key] = Self.hash(frame.imagesRGB)
            if failuresToCome > 0 {
                failuresToCome -= 1
                kept = features
                throw Failure()
            }
        }
        var state: UInt64 = 0
        for frame in input.frames {
            let numbers = frame.sensorToEgo + frame.egoToGlobal + frame.intrinsics
            state = Self.mix(state ^ features[frame.key]!)
            for number in numbers { state = Self.mix(state ^ UInt64(number.bitPattern)) }
        }
        for number in input.augmentations.flatMap({ $0.rotation + $0.translation }) {
            state = Self.mix(state ^ UInt64(number.bitPattern))
        }
        kept = Dictionary(
            input.frames.dropLast().map { ($0.key, features[$0.key]! ^ (remembersBadly ? 1 : 0)) },
            uniquingKeysWith: { first, _ in first }
        )
        if configuration.frames == 1 { kept = [:] }
        return .occupancy(
            (0..<200 * 200 * 16).map { UInt8(truncatingIfNeeded: state >> UInt64($0 % 8 * 8)) % 18 }
        )
    }

    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
