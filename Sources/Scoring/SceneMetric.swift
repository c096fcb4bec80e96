public import Evaluation
public import Scenes
public import Storage

/// One way to score predictions: counts of a scene that add up to a score of any set of scenes.
///
/// A metric is a folder in this room and a row in `Metrics.known`. Every metric passes the suite in
/// `Tests/ScoringTests/SceneMetricSuite.swift`.
public protocol SceneMetric: Sendable {
    /// What is counted of a scene, and stored with it.
    associatedtype Counts: MetricCounts

    /// The number of its part among stored metrics; never given to another metric.
    static var part: UInt8 { get }
    /// What it judges.
    static var kind: SampleKind { get }
    /// The key of its report in JSON; nil for the metric that a run is known by, whose keys stand at the top.
    static var jsonKey: String? { get }

    /// Makes the metric.
    init()

    /// Counts one sample; what cannot be counted becomes a gap.
    ///
    /// - Throws: `EvaluationError` naming the sample.
    func count(_ sample: JudgedSample, into counts: inout Counts, gaps: inout TruthGaps) throws

    /// The score of some scenes; nil where none of them was counted.
    ///
    /// - Throws: `EvaluationError` where the counts cannot be added up.
    func report(_ scenes: [CountedScene<Counts>], _ caption: ScoreCaption) throws -> (any ScoreReport)?

    /// The few numbers that tell how good one sample is; the first ranks samples.
    ///
    /// Their keys, titles and number are the same for every sample; a number that the sample does not have is nil.
    func sampleScores(_ counts: Counts, _ caption: ScoreCaption) -> [HeadlineScore]

    /// The counts of some scenes in a form that gives scores of many sums of them; the scenes stand in it as they are given.
    ///
    /// - Throws: `EvaluationError` where the counts cannot be added up.
    func pooled(_ scenes: [CountedScene<Counts>], _ caption: ScoreCaption) throws -> any PooledScores
}

/// Counts of one scene.
public protocol MetricCounts: StoredCounts, Equatable, Sendable {
    /// Makes counts of nothing.
    init()

    /// Samples that were counted.
    var scoredSamples: Int { get }

    /// Adds what others counted.
    ///
    /// - Throws: `EvaluationError` where both counted the same sample, as far as counts tell.
    mutating func merge(_ other: Self) throws
}

extension MetricCounts {
    /// Whether no sample was counted.
    public var isEmpty: Bool { scoredSamples == 0 }
}

/// The counts of a scene, and which scene it is.
public struct CountedScene<Counts: Sendable>: Sendable {
    /// The scene's name.
    public let name: String
    /// Its place among the run's done scenes, in the order in which results are exported.
    public let place: Int
    /// What was counted.
    public let counts: Counts
}

/// A score for people and programs; encoded it is the metric's part of a JSON document.
public protocol ScoreReport: Encodable, Sendable {
    /// Samples that the score is of.
    var scoredSamples: Int { get }

    /// The few numbers that a list of runs shows: key in JSON, title, value, digits.
    var headline: [HeadlineScore] { get }

    /// The tables for people.
    func table(withScenes: Bool) throws -> String
}

/// One of the few numbers that a list of runs shows.
public struct HeadlineScore: Equatable, Sendable {
    /// Its key in JSON, such as `meanIoU_percent`.
    public let key: String
    /// Its name for people.
    public let title: String
    /// The number; nil where it is not defined.
    public let value: Double?
    /// Digits after the point for people.
    public let digits: Int

    /// Makes a number.
    public init(key: String, title: String, value: Double?, digits: Int) {
        self.key = key
        self.title = title
        self.value = value
        self.digits = digits
    }
}

/// The metrics that there are.
public enum Metrics {
    /// All of them, in the order in which reports show them.
    public static let known: [any SceneMetric] = [DetectionMetric(), OccupancyMetric(), RayMetric()]
}

/// A predicted sample, with what is known to judge it by.
public struct JudgedSample: Sendable {
    /// The sample's token.
    public let token: String
    /// What was predicted, and what is true.
    public let content: Content

    /// What a sample of each kind is judged by.
    public enum Content: Sendable {
        /// Voxels, with the places that rays are cast from.
        case voxels(prediction: [UInt8], labels: VoxelLabels, labelsPlace: String, origins: RayOrigins)
        /// Boxes, with the annotations of their sample.
        case boxes(prediction: [DetectionBox], truth: DetectionSceneTruth.Sample)
    }
}

/// From where a sample's rays are cast, or why that is not known.
public enum RayOrigins: Sendable {
    /// Places of the lidar in the sample's ego frame.
    case places(LidarOrigins)
    /// Nobody knows, and why.
    case unknown(String)
}

extension SceneMetric {
    /// `count` on counts of a kind that only the metric knows.
    func adding(
        _ sample: JudgedSample,
        to counts: (any MetricCounts)?,
        gaps: inout TruthGaps
    ) throws -> any MetricCounts {
        var own = counts as? Counts ?? Counts()
        try count(sample, into: &own, gaps: &gaps)
        return own
    }

    /// `sampleScores` of counts of a kind that only the metric knows; those of nothing where there are none.
    func sampleScores(of metrics: SceneMetrics, _ caption: ScoreCaption) -> [HeadlineScore] {
        sampleScores(metrics[Self.self] ?? Counts(), caption)
    }

    /// Counts that were stored.
    func decoded(_ bytes: [UInt8]) throws -> any MetricCounts { try Counts(decoding: bytes) }

    /// The score of some scenes with metrics of any kind.
    func report(of scenes: [RunScores.Scene], _ caption: ScoreCaption) throws -> (any ScoreReport)? {
        let counted = scenes.compactMap { scene in
            scene.metrics[Self.self].map { CountedScene(name: scene.name, place: scene.place, counts: $0) }
        }
        return counted.isEmpty ? nil : try report(counted, caption)
    }
}
