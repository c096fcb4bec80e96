internal import CommandSupport
internal import Runs
internal import Storage

/// The scores that end a run.
enum StoredScores {
    /// Prints the score tables of what workers counted, or says why there are none.
    static func say(_ manifest: RunManifest) throws {
        let scores = try RunScores.stored(in: manifest)
        if scores.scenes.isEmpty {
            if scores.unscored.isEmpty { return }
            Terminal.say(
                "no score: no ground truth; detections are scored with \(manifest.datasetVersion)/sample_annotation.json, occupancy with"
                    + " gts/<scene>/<sample>/labels.npz in '\(manifest.datasetFolder)'"
            )
            return
        }
        if !scores.unscored.isEmpty {
            Terminal.say(
                "warning: \(scores.unscored.count) scenes have no score: their ground truth is missing or incomplete"
            )
        }
        let summary = try ScoreSummary(scores, ScoreCaption(manifest))
        Terminal.output(try summary.text(withScenes: false))
        if summary.isPartial { Terminal.say("note: \(summary.partText)") }
    }
}
