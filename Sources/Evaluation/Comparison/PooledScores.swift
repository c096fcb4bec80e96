/// One of the numbers in which two runs are compared.
public struct ComparedScore: Equatable, Sendable {
    /// What its unit is.
    public enum Unit: Equatable, Sendable {
        /// Percent, 0 to 100; more is better.
        case percent
        /// 0 to 1, as nuScenes gives its scores; more is better.
        case fraction
        /// An error in a unit of its own; less is better.
        case error

        /// Whether more is better.
        public var isGain: Bool { self != .error }
        /// Digits after the point that people see.
        public var digits: Int { self == .percent ? 2 : 4 }
        /// A point: what people call a hundredth of a score.
        public var point: Double { self == .percent ? 1 : 0.01 }
    }

    /// Its key in JSON.
    public let key: String
    /// Its name for people.
    public let title: String
    /// Its unit.
    public let unit: Unit
    /// Whether it is of one class, and not of the whole.
    public let isOfClass: Bool

    /// Makes a name.
    public init(key: String, title: String, unit: Unit = .percent, isOfClass: Bool = false) {
        self.key = key
        self.title = title
        self.unit = unit
        self.isOfClass = isOfClass
    }
}

/// The counts of a run's scenes in a form of which scores of many sums of scenes are made quickly.
///
/// A sum holds each scene as often as its weight says; its score is that of all its samples together, as a report would compute it, and
/// no mean of scores of scenes.
public protocol PooledScores: Sendable {
    /// The numbers, the one that the run is known by first.
    var names: [ComparedScore] { get }
    /// By number, then by scene: whether the scene has something that the number is about.
    var occurrences: [[Bool]] { get }

    /// The numbers of 32 sums: by number, then by sum; NaN where it is not defined.
    ///
    /// - Precondition: the weights are of as many scenes.
    func scores(_ weights: SceneWeights) -> [[Double]]

    /// The numbers of 32 sums over the classes that another run has, too: so that a class of which one run alone has a few voxels does
    /// not move means.
    func scores(_ weights: SceneWeights, sharedWith other: Self) -> [[Double]]
}

extension PooledScores {
    /// Most numbers have the same classes in every run.
    public func scores(_ weights: SceneWeights, sharedWith other: Self) -> [[Double]] { scores(weights) }

    /// As the other, of a run of any kind; its own classes where that is of another kind.
    func scores(_ weights: SceneWeights, sharedWithAny other: any PooledScores) -> [[Double]] {
        (other as? Self).map { scores(weights, sharedWith: $0) } ?? scores(weights)
    }
}

extension PooledScores {
    /// The numbers of all scenes together; nil where they are not defined.
    public func whole(sceneCount: Int) -> [Double?] {
        scores(.whole(sceneCount: sceneCount)).map { $0[0].isNaN ? nil : $0[0] }
    }

    /// The numbers of each scene by itself: by scene, then by number.
    public func singles(sceneCount: Int) -> [[Double?]] {
        stride(from: 0, to: sceneCount, by: SceneWeights.lanes).flatMap { first in
            let values = scores(.single(from: first, sceneCount: sceneCount))
            return (0..<min(SceneWeights.lanes, sceneCount - first)).map { lane in
                values.map { $0[lane].isNaN ? nil : $0[lane] }
            }
        }
    }
}

/// Sums of counts that IoUs are made of.
enum PooledIoU {
    /// Intersection and union of one label in each scene.
    typealias Counts = [(both: Double, either: Double)]

    /// The IoU of each sum in percent; NaN where the union is empty.
    static func percent(_ counts: Counts, _ weights: [SIMD32<Double>]) -> SIMD32<Double> {
        var both = SIMD32<Double>.zero
        var either = SIMD32<Double>.zero
        for (count, weight) in zip(counts, weights) where count.either > 0 {
            both += count.both * weight
            either += count.either * weight
        }
        // 0 / 0 is NaN.
        return 100 * (both / either)
    }

    /// The values that are defined in another run, too.
    static func shared(_ values: [SIMD32<Double>], _ others: [SIMD32<Double>]) -> [SIMD32<Double>] {
        zip(values, others).map { value, other in value.replacing(with: .nan, where: other .!= other) }
    }

    /// Means of those that are defined, lane by lane; NaN where none is.
    static func mean(_ values: [SIMD32<Double>]) -> SIMD32<Double> {
        var sum = SIMD32<Double>.zero
        var count = SIMD32<Double>.zero
        for value in values {
            let isDefined = value .== value
            sum += SIMD32<Double>.zero.replacing(with: value, where: isDefined)
            count += SIMD32<Double>.zero.replacing(with: 1, where: isDefined)
        }
        return sum / count
    }

    static func lanes(_ value: SIMD32<Double>) -> [Double] { value.indices.map { value[$0] } }
}

extension SceneWeights {
    /// The weights as real numbers.
    var reals: [SIMD32<Double>] { counts.map { SIMD32<Double>($0) } }
}
