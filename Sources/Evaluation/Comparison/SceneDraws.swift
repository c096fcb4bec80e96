/// How often each scene stands in some sums over scenes, 32 sums at once.
public struct SceneWeights: Sendable {
    /// Sums that are made at once.
    public static let lanes = 32

    /// By scene, then by sum.
    let counts: [SIMD32<Int32>]

    /// Scenes that there are.
    public var sceneCount: Int { counts.count }

    init(counts: [SIMD32<Int32>]) { self.counts = counts }

    /// Every scene once, in every sum.
    public static func whole(sceneCount: Int) -> SceneWeights {
        SceneWeights(counts: [SIMD32<Int32>](repeating: SIMD32(repeating: 1), count: sceneCount))
    }

    /// In sum i the scene `first + i` alone, where there is one.
    public static func single(from first: Int, sceneCount: Int) -> SceneWeights {
        var counts = [SIMD32<Int32>](repeating: .zero, count: sceneCount)
        for lane in 0..<lanes where first + lane < sceneCount { counts[first + lane][lane] = 1 }
        return SceneWeights(counts: counts)
    }
}

/// Resamples of a run's scenes: each draws as many scenes as there are, with replacement.
///
/// The same number of scenes and the same seed give the same draws, on every machine and with every version of this program.
public struct SceneDraws: Sendable {
    /// The resamples, 32 in each; of the last only the first are meant.
    public let blocks: [SceneWeights]
    /// Resamples that there are.
    public let resampleCount: Int
    /// What the draws are made from.
    public let seed: UInt64

    /// Resamples of a comparison.
    public static let usualCount = 2000
    /// Most scenes that are drawn from, ten times those of nuScenes: the draws take 80 MB then.
    public static let mostScenes = 10_000

    /// Draws scenes.
    ///
    /// - Precondition: `sceneCount` is at most `mostScenes`.
    public init(sceneCount: Int, resampleCount: Int = usualCount, seed: UInt64) {
        precondition(sceneCount <= Self.mostScenes)
        var random = SplitMix64(state: seed)
        var blocks: [SceneWeights] = []
        for first in stride(from: 0, to: resampleCount, by: SceneWeights.lanes) {
            var counts = [SIMD32<Int32>](repeating: .zero, count: sceneCount)
            for lane in 0..<min(SceneWeights.lanes, resampleCount - first) {
                for _ in 0..<sceneCount { counts[random.below(sceneCount)][lane] += 1 }
            }
            blocks.append(SceneWeights(counts: counts))
        }
        self.blocks = blocks
        self.resampleCount = resampleCount
        self.seed = seed
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
private struct SplitMix64 {
    var state: UInt64

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// A number from 0 to below a limit: the high half of the product, whose unevenness at these limits is below 2^-47.
    mutating func below(_ limit: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(limit)).high) }
}
