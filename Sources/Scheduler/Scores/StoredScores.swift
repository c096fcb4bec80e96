internal import CommandSupport
internal import Datasets
internal import RunContract
internal import Scoring
internal import Storage

/// The scores that end a run.
enum StoredScores {
    /// Prints the score tables of what workers counted, what is not in them, or why there are none.
    ///
    /// What was damaged when a scene was scored is looked at once more: it may have been mended since, and then the files are scored.
    ///
    /// - Parameter remark: what stood in the way of a score from the beginning.
    /// - Throws: `ExitStatus.someScenesFailed` where ground truth is there and cannot be used.
    static func say(_ manifest: RunManifest, _ directory: any RunStore, remark: String? = nil) throws {
        var scores = try RunScores.stored(in: manifest)
        if scores.gaps.hasDamage {
            let files = FileScores(manifest: manifest, directory: directory, datasetRoot: nil)
            do { scores = try files.score() } catch {
                Terminal.say("warning: the files were not scored anew: \(error)")
            }
        }
        let gaps = scores.gaps
        guard !scores.scenes.isEmpty else {
            if scores.unscored.isEmpty { return }
            if gaps.hasDamage {
                for line in gaps.lines { Terminal.say("warning: no score: \(line)") }
                throw ExitStatus.someScenesFailed
            }
            Terminal.say("no score: \(try remark ?? whatScores(manifest))")
            return
        }
        for line in gaps.lines { Terminal.say("warning: \(line)") }
        let unexplained = scores.unexplained
        if !unexplained.isEmpty {
            Terminal.say(
                "warning: \(unexplained.count) scenes have no stored score: \(named(unexplained)); `occ-scheduler evaluate` says why"
            )
        }
        let summary = try ScoreSummary(scores, ScoreCaption(manifest))
        Terminal.output(try summary.text(withScenes: false))
        if summary.isPartial { Terminal.say("note: \(summary.partText)") }
        if gaps.hasDamage { throw ExitStatus.someScenesFailed }
    }

    /// What a run of the dataset would be scored with.
    private static func whatScores(_ manifest: RunManifest) throws -> String {
        let kind = try DatasetKind.of(manifest)
        return
            "no ground truth; detections are scored with \(kind.annotationPlace(manifest.datasetVersion)), occupancy with"
            + " gts/<scene>/<sample>/labels.npz in '\(kind.pictureFolder(manifest.datasetFolder))'"
    }

    /// Some names, and how many more.
    private static func named(_ scenes: [String]) -> String {
        let first = scenes.prefix(5).joined(separator: ", ")
        return scenes.count > 5 ? "\(first) and \(scenes.count - 5) more" : first
    }
}
