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
                "warning: \(scores.unscored.count) scenes have no score: \(named(scores.unscored)); their ground truth is missing, incomplete"
                    + " or damaged (`occ-scheduler evaluate` and the workers' logs say more)"
            )
        }
        let summary = try ScoreSummary(scores, ScoreCaption(manifest))
        Terminal.output(try summary.text(withScenes: false))
        if summary.isPartial { Terminal.say("note: \(summary.partText)") }
    }

    /// Some names, and how many more.
    private static func named(_ scenes: [String]) -> String {
        let first = scenes.prefix(5).joined(separator: ", ")
        return scenes.count > 5 ? "\(first) and \(scenes.count - 5) more" : first
    }
}
