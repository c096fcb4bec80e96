internal import CommandSupport
internal import Evaluation
internal import Scenes
internal import Scoring

/// What `evaluate` was asked for, as a value: where the scores come from, which of them count, and what is shown.
struct EvaluationPlan {
    /// Where the scores come from.
    enum Source: Equatable {
        /// The files of a run's folder, scored by the ground truth at hand; a nil dataset is where it was at submission.
        case files(output: String, datasetRoot: String?)
        /// The sums in a run's `run.json`.
        case manifest(output: String)
        /// What workers counted.
        case database
    }

    /// What goes to standard output.
    enum Form: Equatable {
        case tables(withScenes: Bool)
        case json
        /// The lines that FlashOcc prints.
        case flashOcc
    }

    let source: Source
    /// The run's name; nil is the only one there is.
    let run: String?
    let mask: VisibilityMask
    /// The scenes that were asked for; none is all of them.
    let chosen: [String]
    let hasRayIoU: Bool
    let form: Form
    /// The folder for precision-recall curves, absolute.
    let curves: String?
    /// Whether files of curves that hold something else are replaced.
    let replacesCurves: Bool

    /// What is counted or summed.
    var metrics: [any SceneMetric] { Metrics.known.filter { hasRayIoU || !($0 is RayMetric) } }

    // MARK: - Which scores count

    /// The scores that were asked for.
    ///
    /// - Throws: `CommandFailure` where there are none.
    func scores(outOf all: RunScores) throws -> RunScores {
        var scores = all
        if !chosen.isEmpty {
            let known = Set(all.scenes.map(\.name) + all.unscored)
            if let name = chosen.first(where: { !known.contains($0) }) {
                throw CommandFailure(.configuration, "the run has no finished scene '\(name)'")
            }
            scores = all.only(Set(chosen))
        }
        guard !scores.scenes.isEmpty else { throw nothingToScore(scores) }
        return scores
    }

    private func nothingToScore(_ scores: RunScores) -> CommandFailure {
        guard !scores.unscored.isEmpty else {
            return CommandFailure(.configuration, "no scene of the run is done, so there is nothing to score")
        }
        if scores.gaps.hasDamage {
            return CommandFailure(.someScenesFailed, "no score: " + scores.gaps.lines.joined(separator: "\n  "))
        }
        return CommandFailure(
            .configuration,
            "no sample of the run has ground truth; occupancy is scored with DATASET/gts/<scene>/<sample>/labels.npz, detections with"
                + " DATASET/VERSION/sample_annotation.json or the boxes of a manifest's samples (--dataset-root PATH); the test split has none"
        )
    }

    /// What is said of samples and scenes that are not in the scores.
    func warnings(_ scores: RunScores) -> [String] {
        scores.gaps.lines
            + scores.unexplained.prefix(10).map {
                "no score of scene '\($0)' was stored; score the files (--output) to see why"
            }
    }

    /// Whether the score lacks a part of what was asked for, or ground truth is damaged.
    ///
    /// Scenes that were not asked for are no part that is missing; samples of those that were are.
    func isShort(isPartOfRun: Bool, gaps: TruthGaps) -> Bool {
        (chosen.isEmpty ? isPartOfRun : gaps.unscored > 0) || gaps.hasDamage
    }

    // MARK: - What is shown

    /// The files of curves that were asked for.
    ///
    /// - Throws: `CommandFailure` for a run without detections.
    func curveFiles(_ summary: ScoreSummary) throws -> CurveFiles? {
        guard curves != nil else { return nil }
        guard let report = summary.detections else {
            throw CommandFailure(.configuration, "--curves is for detections; this run has voxel labels")
        }
        return CurveFiles(report: report, replaces: replacesCurves)
    }

    /// The text for standard output.
    ///
    /// - Throws: `CommandFailure` for a run without occupancy where FlashOcc's lines were asked for; `EvaluationError`.
    func text(_ summary: ScoreSummary) throws -> String {
        switch form {
        case .tables(let withScenes): return try summary.text(withScenes: withScenes)
        case .json: return try summary.json()
        case .flashOcc:
            guard let report = summary.occupancy else {
                throw CommandFailure(.configuration, "--flashocc is for voxel labels; this run has detections")
            }
            return report.flashOccLines
        }
    }
}
