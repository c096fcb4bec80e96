internal import CommandSupport
internal import Datasets
internal import Foundation
internal import RunContract
internal import Scoring
internal import Storage
internal import SystemSupport

/// The scores of a run from its folder: computed anew where ground truth is at hand, else those that were stored, and never some of each.
struct FileScores {
    let manifest: RunManifest
    let directory: any RunStore
    /// Where the dataset is said to be; nil is where it was when the run was submitted.
    let datasetRoot: String?
    /// What is counted.
    var metrics: [any SceneMetric] = Metrics.known
    /// What follows where the tables are not at hand, for people.
    var consequence = "so the scores in run.json are summed"

    /// Scores every finished scene.
    ///
    /// - Throws: `CommandFailure` where somebody named a dataset that has no ground truth; `DatasetError`, `StorageError`, `FileError`,
    ///   `EvaluationError`.
    func score() throws -> RunScores { try score(by: groundTruth()) }

    /// Scores every finished scene by ground truth that was read before; nil is none at hand.
    ///
    /// - Parameter sample: gets each sample that is scored anew; called from several threads.
    /// - Throws: as `score()`.
    func score(by truth: RunTruth?, sample: @Sendable (SampleScores) -> Void = { _ in }) throws -> RunScores {
        let stored = try RunScores.stored(in: manifest).by(metrics)
        guard let truth else { return stored }
        let scores = try recompute(by: truth, sample: sample)
        guard scores.scenes.isEmpty, !scores.gaps.hasDamage, datasetRoot == nil, !stored.scenes.isEmpty else {
            return scores
        }
        Terminal.say(
            "note: no sample of the run has ground truth in '\(root)' now, so the scores in run.json are summed"
        )
        return stored
    }

    /// Scores every finished scene anew; nil where no ground truth is at hand.
    ///
    /// - Parameter sample: gets each sample; called from several threads.
    /// - Throws: as `score`.
    func recompute(sample: @Sendable (SampleScores) -> Void = { _ in }) throws -> RunScores? {
        try groundTruth().map { try recompute(by: $0, sample: sample) }
    }

    private func recompute(by truth: RunTruth, sample: @Sendable (SampleScores) -> Void) throws -> RunScores {
        try RunScores.recomputed(
            manifest,
            directory: directory,
            truth: truth,
            metrics: metrics,
            sample: sample
        ) { done in
            if Terminal.isInteractive { Terminal.showProgress("\(done) scenes scored") }
        }
    }

    private var root: String { datasetRoot ?? manifest.datasetFolder }

    /// The ground truth that is at hand; nil where there is none and the stored scores have to do.
    ///
    /// - Throws: as `score()`.
    func groundTruth() throws -> RunTruth? {
        let labels = try datasetKind().labels(root)
        if try firstKind() == .detections {
            do {
                return try readTables(isDetection: true)
            } catch let error as DatasetError {
                if datasetRoot != nil { throw error }
                try Self.refuseIfNotAllowed(error)
                Terminal.say(
                    "note: the dataset's tables are not at hand, \(consequence): \(error)"
                )
                return nil
            }
        }
        guard try labels.isPresent() else {
            guard datasetRoot == nil else {
                throw CommandFailure(
                    .configuration,
                    "there is no ground truth in '\(labels.place)'; check --dataset-root"
                )
            }
            return nil
        }
        // The tables are only needed to tell the lidar's places.
        guard metrics.contains(where: { $0 is RayMetric }) else {
            return RunTruth(frames: [], annotations: nil, labels: labels)
        }
        do {
            return try readTables(isDetection: false)
        } catch let error as DatasetError {
            try Self.refuseIfNotAllowed(error)
            Terminal.say(
                "note: the dataset's tables are not at hand, so there is no RayIoU (--stored sums what was counted while the run was"
                    + " made): \(error)"
            )
            return RunTruth(frames: [], annotations: nil, labels: labels)
        }
    }

    /// What may not be read is there: the right to read it is to be mended, or the question put otherwise.
    private static func refuseIfNotAllowed(_ error: DatasetError) throws {
        guard error.isNotAllowed else { return }
        throw CommandFailure(
            .environment,
            "\(error)\n  (--stored sums the scores in run.json, without the tables)"
        )
    }

    private func readTables(isDetection: Bool) throws -> RunTruth {
        try RunTruth.read(
            datasetKind().open(root, manifest.datasetVersion),
            split: RunSettings.namedSplit(manifest.split),
            isDetection: isDetection
        )
    }

    private func datasetKind() throws -> DatasetKind { try DatasetKind.of(manifest) }

    /// What the run's first finished scene holds.
    func firstKind() throws -> SampleKind? {
        guard let scene = manifest.done.first(where: { !$0.sampleTokens.isEmpty }) else {
            return nil
        }
        return try directory.open(scene).entries.first?.kind
    }
}
