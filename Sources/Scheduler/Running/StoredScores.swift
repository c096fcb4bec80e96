internal import Evaluation
internal import Runs
internal import Storage

/// The score table that ends a run.
enum StoredScores {
    /// The table of the confusions that workers stored; nil where no scene has ground truth.
    static func text(of manifest: RunManifest, mask: VisibilityMask) throws -> String? {
        let scores = try RunScores.stored(in: manifest)
        guard !scores.scenes.isEmpty else { return nil }
        return scores.report(manifest, mask: mask).table()
    }
}
