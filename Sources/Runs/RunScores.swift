public import Datasets
public import Evaluation
internal import Foundation
public import JobQueue
public import Storage
internal import Synchronization

/// The scores of a run, scene by scene, from whichever place has them; every way gives the same numbers.
public struct RunScores: Sendable {
    /// Key of the manifest's settings under which the number of the run's samples stands.
    public static let expectedSamplesKey = "samples"

    /// The confusions of each scene that has some.
    public var scenes: [(name: String, confusions: MaskedConfusions)]
    /// Scenes that are done but have no score, because ground truth is missing.
    public var unscored: [String]

    /// What workers stored in the queue.
    ///
    /// - Throws: `PostgresError`, `EvaluationError` for a damaged row.
    public static func stored(inQueue queue: JobQueue, run: String) async throws -> RunScores {
        var scores = RunScores(scenes: [], unscored: [])
        var last: Int64 = 0
        while true {
            let page = try await queue.results(run: run, afterSceneID: last, limit: 1000)
            for row in page {
                scores.add(row.sceneName, try row.result.metrics.map { try MaskedConfusions(decoding: $0) })
            }
            guard let end = page.last, page.count == 1000 else { break }
            last = end.sceneID
        }
        return scores.sorted()
    }

    /// What the manifest holds.
    ///
    /// - Throws: `EvaluationError` for damaged counts.
    public static func stored(in manifest: RunManifest) throws -> RunScores {
        var scores = RunScores(scenes: [], unscored: [])
        for scene in manifest.scenes where scene.state == .done {
            scores.add(scene.name, try scene.confusions.map { try MaskedConfusions(base64: $0) })
        }
        return scores.sorted()
    }

    /// Computed anew from the scene files and the ground truth on disk, scenes in parallel.
    ///
    /// - Throws: `StorageError`, `FileError`, `DatasetError`, `EvaluationError`: the first by order of scenes.
    public static func recomputed(
        _ manifest: RunManifest,
        directory: RunDirectory,
        locator: Occ3DLocator
    ) throws -> RunScores {
        let done = manifest.scenes.filter { $0.state == .done }
        let results = Mutex([Int: Result<MaskedConfusions?, any Error>]())
        DispatchQueue.concurrentPerform(iterations: done.count) { index in
            let result = Result { try recompute(done[index], directory: directory, locator: locator) }
            results.withLock { $0[index] = result }
        }
        var scores = RunScores(scenes: [], unscored: [])
        for (index, scene) in done.enumerated() {
            scores.add(scene.name, try results.withLock { $0[index] }?.get())
        }
        return scores.sorted()
    }

    /// The report of these scores, with all that must stand beside a number.
    public func report(_ manifest: RunManifest, mask: VisibilityMask) -> OccupancyReport {
        report(
            dataset: manifest.datasetVersion,
            split: manifest.split,
            model: manifest.model,
            mask: mask,
            expectedSamples: manifest.settings[Self.expectedSamplesKey].flatMap(UInt64.init)
        )
    }

    /// The report of these scores for a run that is known from the queue.
    public func report(_ settings: RunSettings, mask: VisibilityMask, expectedSamples: Int) -> OccupancyReport {
        report(
            dataset: settings.datasetVersion,
            split: settings.split,
            model: settings.modelConfiguration,
            mask: mask,
            expectedSamples: UInt64(max(0, expectedSamples))
        )
    }

    private func report(
        dataset: String,
        split: String,
        model: String,
        mask: VisibilityMask,
        expectedSamples: UInt64?
    ) -> OccupancyReport {
        OccupancyReport(
            dataset: dataset,
            split: split,
            model: model,
            mask: mask,
            scenes: scenes,
            expectedSamples: expectedSamples
        )
    }

    private static func recompute(
        _ scene: RunManifest.Scene,
        directory: RunDirectory,
        locator: Occ3DLocator
    ) throws -> MaskedConfusions? {
        let isWhole = scene.sampleTokens.allSatisfy { locator.hasLabels(scene: scene.name, sample: $0) }
        guard isWhole, let fileName = scene.fileName else { return nil }
        let reader = try SceneFileReader(path: "\(directory.path)/\(fileName)")
        guard SceneScore.isOccupancy(reader) else { return nil }
        return try SceneScore.confusions(of: reader, scene: scene.name, locator: locator)
    }

    private mutating func add(_ name: String, _ confusions: MaskedConfusions?) {
        if let confusions { scenes.append((name, confusions)) } else { unscored.append(name) }
    }

    private func sorted() -> RunScores {
        RunScores(scenes: scenes.sorted { $0.name < $1.name }, unscored: unscored.sorted())
    }
}

extension Occ3DLocator {
    /// Whether a sample has a label file.
    func hasLabels(scene: String, sample: String) -> Bool {
        FileManager.default.fileExists(atPath: path(scene: scene, sample: sample))
    }
}
