internal import CommandSupport
internal import Datasets
internal import Foundation
internal import Runs
internal import Storage
internal import SystemSupport

/// The scores of a run from its folder: computed anew where ground truth is at hand, else those that were stored, and never some of each.
struct FileScores {
    let manifest: RunManifest
    let directory: RunDirectory
    /// Where the dataset is said to be; nil is where it was when the run was submitted.
    let datasetRoot: String?
    let countsRays: Bool

    /// Scores every finished scene.
    ///
    /// - Throws: `CommandFailure` where somebody named a dataset that has no ground truth; `DatasetError`, `StorageError`, `FileError`,
    ///   `EvaluationError`.
    func score() throws -> RunScores {
        var stored = try RunScores.stored(in: manifest)
        if !countsRays { stored = stored.withoutRays() }
        guard let truth = try groundTruth() else { return stored }
        let scores = try RunScores.recomputed(
            manifest,
            directory: directory,
            truth: truth,
            countsRays: countsRays
        ) { done in
            if Terminal.isInteractive { Terminal.showProgress("\(done) scenes scored") }
        }
        guard scores.scenes.isEmpty, !scores.gaps.hasDamage, datasetRoot == nil, !stored.scenes.isEmpty else {
            return scores
        }
        Terminal.say(
            "note: no sample of the run has ground truth in '\(root)' now, so the scores in run.json are summed"
        )
        return stored
    }

    private var root: String { datasetRoot ?? manifest.datasetFolder }

    /// The ground truth that is at hand; nil where there is none and the stored scores have to do.
    private func groundTruth() throws -> RunTruth? {
        let locator = Occ3DLocator(datasetRoot: root)
        if try firstKind() == .detections {
            do {
                return try readTables(isDetection: true)
            } catch let error as DatasetError {
                if datasetRoot != nil { throw error }
                try Self.refuseIfNotAllowed(error)
                Terminal.say(
                    "note: the dataset's tables are not at hand, so the scores in run.json are summed: \(error)"
                )
                return nil
            }
        }
        // The dot asks for the right to enter the folder, without which every label in it would look unreadable.
        guard try Folders.isPresent(locator.groundTruthRoot + "/.") else {
            guard datasetRoot == nil else {
                throw CommandFailure(
                    .configuration,
                    "there is no ground truth in '\(locator.groundTruthRoot)'; check --dataset-root"
                )
            }
            return nil
        }
        // The tables are only needed to tell the lidar's places.
        guard countsRays else { return RunTruth(frames: [], annotations: nil, locator: locator) }
        do {
            return try readTables(isDetection: false)
        } catch let error as DatasetError {
            try Self.refuseIfNotAllowed(error)
            Terminal.say(
                "note: the dataset's tables are not at hand, so there is no RayIoU (--stored sums what was counted while the run was"
                    + " made): \(error)"
            )
            return RunTruth(frames: [], annotations: nil, locator: locator)
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
            root: root,
            version: manifest.datasetVersion,
            split: manifest.split,
            isDetection: isDetection
        )
    }

    /// What the run's first finished scene holds.
    private func firstKind() throws -> SampleKind? {
        guard let scene = manifest.scenes.first(where: { $0.state == .done && !$0.sampleTokens.isEmpty }) else {
            return nil
        }
        return try SceneFileReader(path: "\(directory.path)/\(scene.fileName ?? "")").entries.first?.kind
    }
}
