internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import ImageFiles
internal import Reporting
internal import Runs
internal import Scenes
internal import Storage
internal import SystemSupport

/// What a picture of one scene takes from the dataset; read when it is asked for.
struct PictureTables {
    let root: String
    let manifest: RunManifest
    let scene: String

    /// The scene's samples.
    ///
    /// - Throws: `DatasetError`, `CommandFailure` where the dataset has lost the scene.
    func frames() throws -> SceneFrames {
        let dataset = try NuScenesDataset.open(root: root, version: manifest.datasetVersion)
        let split = manifest.split == RunSettings.everyScene ? nil : manifest.split
        let resolved = try dataset.resolve(
            split: split,
            options: ResolutionOptions(skipMissing: true, imageCheck: .none)
        )
        guard let found = resolved.scenes.first(where: { $0.name == scene }) else {
            throw CommandFailure(.configuration, "'\(root)' has no whole scene '\(scene)' any more")
        }
        return found
    }

    /// The annotations of one sample; nil where the dataset has none.
    ///
    /// - Throws: `DatasetError`, `EvaluationError`.
    func annotations(of token: String) throws -> DetectionGroundTruth? {
        let dataset = try NuScenesDataset.open(root: root, version: manifest.datasetVersion)
        let truths = try RunTruth.annotations(of: [frames()], in: dataset, split: manifest.split)
        return truths?[scene]?.samples.first { $0.truth.sampleToken == token }?.truth
    }

    /// The six camera pictures of one sample.
    ///
    /// - Throws: `DatasetError`, `FileError`, `CommandFailure`.
    func pictures(of token: String) throws -> [BirdsEyeFigure.Camera] {
        guard let sample = try frames().samples.first(where: { $0.token == token }) else {
            throw CommandFailure(.configuration, "'\(root)' has no sample '\(token)' of scene '\(scene)' any more")
        }
        let decoder = try JPEGDecoder()
        return try sample.cameras.map { camera in
            let file = try MappedFile(path: "\(root)/\(camera.imagePath)")
            do {
                return .init(name: camera.channel, image: try file.withBytes { try decoder.decode(Array($0)) })
            } catch {
                throw CommandFailure(.configuration, "cannot decode '\(file.path)': \(error)")
            }
        }
    }
}
