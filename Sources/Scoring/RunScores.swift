internal import Evaluation
internal import Foundation
public import JobQueue
public import Storage
internal import Synchronization

/// The scores of a run, scene by scene, from whichever place has them; every way gives the same numbers.
public struct RunScores: Sendable {
    /// One scene that has metrics.
    public struct Scene: Sendable {
        /// The scene's name.
        public var name: String
        /// Its place among the run's done scenes, in the order in which results are exported.
        public var place: Int
        /// What was counted; what was not stands in `RunScores.gaps`.
        public var metrics: SceneMetrics
    }

    /// The scenes that have metrics, by name.
    public private(set) var scenes: [Scene] = []
    /// Scenes that are done but have no score.
    public private(set) var unscored: [String] = []
    /// What is not in the scores, of each scene where that is known: version 0.1 stored none of it.
    private var sceneGaps: [String: TruthGaps] = [:]

    private var done = 0

    /// Makes scores of nothing.
    public init() {}

    /// What is not in the scores, of all scenes.
    public var gaps: TruthGaps {
        var sum = TruthGaps()
        for (scene, gaps) in sceneGaps.sorted(by: { $0.key < $1.key }) { sum.add(gaps, scene: scene) }
        return sum
    }

    /// Scenes without a score of which nothing tells why.
    public var unexplained: [String] { unscored.filter { sceneGaps[$0] == nil } }

    /// Adds the next done scene.
    public mutating func add(_ name: String, _ metrics: SceneMetrics?) {
        if let gaps = metrics?.gaps, !gaps.isEmpty { sceneGaps[name] = gaps }
        if var metrics, !metrics.isEmpty {
            metrics.gaps = TruthGaps()
            scenes.append(Scene(name: name, place: done, metrics: metrics))
        } else {
            unscored.append(name)
        }
        done += 1
    }

    /// What workers stored in the queue.
    ///
    /// - Throws: `PostgresError`, `EvaluationError` for a damaged row.
    public static func stored(inQueue queue: JobQueue, run: String) async throws -> RunScores {
        let rows = try await queue.mapResults(run: run) { row in
            let metrics = try row.result.metrics.map { bytes in
                try named(row.sceneName) { try SceneMetrics(decoding: bytes) }
            }
            return (row.sceneName, metrics)
        }
        var scores = RunScores()
        for (name, metrics) in rows { scores.add(name, metrics) }
        return scores.sorted()
    }

    /// What the manifest holds.
    ///
    /// - Throws: `EvaluationError` for damaged counts.
    public static func stored(in manifest: RunManifest) throws -> RunScores {
        var scores = RunScores()
        for scene in manifest.scenes where scene.state == .done { scores.add(scene.name, try metrics(of: scene)) }
        return scores.sorted()
    }

    /// What the manifest holds of a scene.
    private static func metrics(of scene: RunManifest.Scene) throws -> SceneMetrics? {
        try named(scene.name) {
            // Version 0.1 wrote bare confusions under a key of their own.
            try (scene.metrics ?? scene.confusions).map { try SceneMetrics(base64: $0) }
        }
    }

    /// Puts the scene's name before what is wrong with its metrics.
    private static func named<Value>(_ scene: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as EvaluationError {
            throw EvaluationError(error.kind, source: scene, error.description)
        }
    }

    /// Computed anew from the scene files and the ground truth on disk, scenes in parallel.
    ///
    /// Nothing is taken from what was stored: what has no ground truth now is a gap.
    ///
    /// - Parameters:
    ///   - truth: the ground truth.
    ///   - metrics: what is counted.
    ///   - sample: gets each sample with counts of its own; called from several threads. What it keeps is all that is kept of samples.
    ///   - progress: is told how many scenes are done; called from several threads.
    /// - Throws: `StorageError`, `FileError`, `DatasetError`, `EvaluationError`: the first by order of scenes.
    public static func recomputed(
        _ manifest: RunManifest,
        directory: any RunStore,
        truth: RunTruth,
        metrics: [any SceneMetric] = Metrics.known,
        sample: @Sendable (SampleScores) -> Void = { _ in },
        progress: @Sendable (Int) -> Void = { _ in }
    ) throws -> RunScores {
        let done = manifest.done
        let results = Mutex([Int: Result<SceneScorer.Outcome, any Error>]())
        DispatchQueue.concurrentPerform(iterations: done.count) { index in
            let result = Result {
                let reader = try directory.open(done[index])
                return try truth.scorer(of: done[index].name, metrics: metrics).score(reader, sample: sample)
            }
            let count = results.withLock { results in
                results[index] = result
                return results.count
            }
            progress(count)
        }
        var scores = RunScores()
        for (index, scene) in done.enumerated() {
            guard let result = results.withLock({ $0[index] }) else { continue }
            scores.add(scene.name, try result.get().metrics)
        }
        return scores.sorted()
    }

    /// The scores of some of the scenes.
    public func only(_ names: Set<String>) -> RunScores {
        var part = self
        part.scenes.removeAll { !names.contains($0.name) }
        part.unscored.removeAll { !names.contains($0) }
        part.sceneGaps = sceneGaps.filter { names.contains($0.key) }
        return part
    }

    /// The same scores by some of the metrics.
    public func by(_ metrics: [any SceneMetric]) -> RunScores {
        let parts = Set(metrics.map { type(of: $0).part })
        var part = self
        for index in part.scenes.indices {
            for metric in Metrics.known where !parts.contains(type(of: metric).part) {
                part.scenes[index].metrics[part: type(of: metric).part] = nil
            }
        }
        if !parts.contains(RayMetric.part) {
            for scene in part.sceneGaps.keys { part.sceneGaps[scene]?.remove(.noRays) }
            part.sceneGaps = part.sceneGaps.filter { !$0.value.isEmpty }
        }
        return part
    }

    /// What the samples hold, by what was counted; nil where nothing was.
    public var kind: SampleKind? {
        scenes.lazy.compactMap { scene in
            Metrics.known.first { scene.metrics[part: type(of: $0).part] != nil }.map { type(of: $0).kind }
        }.first
    }

    /// The counts of a metric of each scene that has some.
    public func counts<Metric: SceneMetric>(_ metric: Metric.Type) -> [(name: String, counts: Metric.Counts)] {
        scenes.compactMap { scene in scene.metrics[metric].map { (scene.name, $0) } }
    }

    /// The score by a metric; nil where no scene has its counts.
    ///
    /// - Throws: `EvaluationError` where the counts cannot be added up.
    public func report(_ metric: any SceneMetric, _ caption: ScoreCaption) throws -> (any ScoreReport)? {
        try metric.report(of: scenes, caption)
    }

    private func sorted() -> RunScores {
        var sorted = self
        sorted.scenes.sort { $0.name < $1.name }
        sorted.unscored.sort()
        return sorted
    }
}
