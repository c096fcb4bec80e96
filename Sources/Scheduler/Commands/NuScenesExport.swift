internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import RunContract
internal import Scoring
internal import Storage
internal import SystemSupport

/// Writes a detection run as `results_nusc.json`.
///
/// nuscenes-devkit refuses a file that lacks a sample of its split, so scenes that are not done, and those that the run left out,
/// stand there with no boxes.
struct NuScenesExport {
    let directory: any RunStore
    let manifest: RunManifest
    /// Where the dataset is now; nil is where it was.
    let datasetRoot: String?
    /// Whether a file that holds something else is replaced.
    let replaces: Bool

    /// Writes the file into a folder, whole or not at all.
    ///
    /// - Throws: `StorageError`, `EvaluationError`, `DatasetError`, `FileError`; `ExitStatus.someScenesFailed` once the file is
    ///   written, if scenes are not done.
    func write(to folder: String) throws {
        try Folders.create(folder)
        let path = folder + "/results_nusc.json"
        let missing = try missingSamples()
        let inputs = manifest.settings[PredictionImport.inputsKey].map { names in
            DetectionInputs(names: names.split(separator: ",").map(String.init))
        }
        let (outcome, samples) = try OutputFile.write(to: path, replaces: replaces) { place in
            let writer = try DetectionResultsWriter(path: place, inputs: inputs ?? DetectionInputs())
            var samples = 0
            for scene in manifest.scenes where scene.state == .done {
                let reader = try directory.open(scene)
                for entry in reader.entries {
                    let document = try reader.sample(entry).detectionsJSON()
                    try writer.add(entry.token, try DetectionDocument.decode(document, of: entry.token))
                    samples += 1
                }
            }
            for token in missing { try writer.add(token, []) }
            try writer.finish()
            return samples
        }
        Terminal.say(
            "\(path): \(samples + missing.count) samples" + (outcome == .unchanged ? ", there already" : "")
        )
        if !missing.isEmpty {
            let left = manifest.scenes.count { $0.state != .done }
            Terminal.say(
                "warning: \(missing.count) samples stand there without boxes: those of \(left) scenes of the run that are not done,"
                    + " and of scenes that were left out of it"
            )
            throw ExitStatus.someScenesFailed
        }
    }

    /// Tokens of the split's samples that the run has no prediction of, which only the dataset's tables tell.
    private func missingSamples() throws -> [String] {
        let left = manifest.scenes.filter { $0.state != .done }.map(\.name)
        let root = datasetRoot.map(Paths.absolute) ?? manifest.datasetFolder
        let scenes: [(scene: String, tokens: [String])]
        do {
            let dataset = try DatasetKind.of(manifest).open(root, manifest.datasetVersion)
            scenes = try dataset.sampleTokens(
                ofSplit: RunSettings.namedSplit(manifest.split)
            )
        } catch {
            guard left.isEmpty, datasetRoot == nil else { throw error }
            Terminal.say(
                "warning: whether every sample of split '\(manifest.split)' is there was not checked: the dataset's tables are not"
                    + " at hand (--dataset-root)"
            )
            return []
        }
        let known = Set(scenes.map(\.scene))
        if let name = left.first(where: { !known.contains($0) }) {
            throw CommandFailure(
                .configuration,
                "'\(root)' has no scene '\(name)' any more, which the run has not done; give the dataset with --dataset-root"
            )
        }
        let done = Set(manifest.scenes.filter { $0.state == .done }.flatMap(\.sampleTokens))
        return scenes.flatMap { $0.tokens.filter { !done.contains($0) } }
    }
}
