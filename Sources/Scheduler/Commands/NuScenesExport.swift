internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import Runs
internal import Storage
internal import SystemSupport

/// Writes a detection run as `results_nusc.json`.
///
/// nuscenes-devkit refuses a file that lacks a sample of its split, so scenes that are not done stand there with no boxes.
struct NuScenesExport {
    let directory: RunDirectory
    let manifest: RunManifest
    /// Where the dataset is now; nil is where it was.
    let datasetRoot: String?

    /// Writes the file into a folder, whole or not at all.
    ///
    /// - Throws: `StorageError`, `EvaluationError`, `DatasetError`, `FileError`; `ExitStatus.someScenesFailed` once the file is
    ///   written, if scenes are not done.
    func write(to folder: String) throws {
        try Folders.create(folder)
        let path = folder + "/results_nusc.json"
        let missing = try missingSamples()
        let writer = try DetectionResultsWriter(path: path, inputs: DetectionInputs())
        var samples = 0
        for scene in manifest.scenes where scene.state == .done {
            let reader = try SceneFileReader(path: "\(directory.path)/\(scene.fileName ?? "")")
            for entry in reader.entries {
                let document = try reader.sample(entry).detectionsJSON()
                try writer.add(entry.token, try DetectionDocument.decode(document, of: entry.token))
                samples += 1
            }
        }
        for token in missing { try writer.add(token, []) }
        try writer.finish()
        Terminal.say("\(path): \(samples + missing.count) samples")
        let left = manifest.scenes.count { $0.state != .done }
        if left > 0 {
            Terminal.say(
                "warning: \(left) scenes of the run are not done; their \(missing.count) samples stand there without boxes"
            )
            throw ExitStatus.someScenesFailed
        }
    }

    /// Tokens of the samples of scenes that are not done, which only the dataset's tables tell.
    private func missingSamples() throws -> [String] {
        let left = manifest.scenes.filter { $0.state != .done }.map(\.name)
        guard !left.isEmpty else { return [] }
        let root = datasetRoot.map(Paths.absolute) ?? manifest.datasetFolder
        let dataset = try NuScenesDataset.open(root: root, version: manifest.datasetVersion)
        let split = manifest.split == RunSettings.everyScene ? nil : manifest.split
        let resolved = try dataset.resolve(
            split: split,
            options: ResolutionOptions(skipMissing: true, imageCheck: .none)
        )
        return try left.flatMap { name in
            guard let scene = resolved.scenes.first(where: { $0.name == name }) else {
                throw CommandFailure(
                    .configuration,
                    "'\(root)' has no scene '\(name)' any more, which the run has not done; give the dataset with --dataset-root"
                )
            }
            return scene.samples.map(\.token)
        }
    }
}
