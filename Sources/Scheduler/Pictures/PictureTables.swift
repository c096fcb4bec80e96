internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import ImageFiles
internal import Reporting
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage
internal import SystemSupport

/// What a picture of one scene takes from the dataset: that scene is read once, and nothing else.
struct PictureTables {
    private let root: String
    private let pictureFolder: String
    private let split: String?
    private let source: any DatasetSource
    private var kept: [String: DetectionGroundTruth]?
    /// The scene's samples.
    let frames: SceneFrames

    /// Reads a scene of the dataset of a run.
    ///
    /// - Throws: `DatasetError`, `CommandFailure` where the dataset has lost the scene.
    init(root: String, manifest: RunManifest, scene: String) throws {
        try self.init(
            root: root,
            kind: DatasetKind.of(manifest),
            version: manifest.datasetVersion,
            split: RunSettings.namedSplit(manifest.split),
            scene: scene
        )
    }

    /// Reads a scene of a dataset.
    ///
    /// - Parameter split: nil for every scene.
    /// - Throws: `DatasetError`, `CommandFailure` where the dataset has lost the scene.
    init(root: String, kind: DatasetKind, version: String, split: String?, scene: String) throws {
        self.root = root
        self.split = split
        pictureFolder = kind.pictureFolder(root)
        source = try kind.open(root, version)
        guard let found = try source.frames(ofScene: scene) else {
            throw CommandFailure(.configuration, "'\(root)' has no whole scene '\(scene)' any more")
        }
        frames = found
    }

    /// The annotations of one sample, read once a scene; nil where the dataset has none.
    ///
    /// - Throws: `DatasetError`, `EvaluationError`.
    mutating func annotations(of token: String) throws -> DetectionGroundTruth? {
        if let kept { return kept[token] }
        let truths = try RunTruth.annotations(of: [frames], in: source, split: split)
        let samples = truths?[frames.name]?.samples.map { ($0.truth.sampleToken, $0.truth) } ?? []
        let read = Dictionary(samples) { first, _ in first }
        kept = read
        return read[token]
    }

    /// The six camera pictures of one sample.
    ///
    /// - Throws: `DatasetError`, `FileError`, `CommandFailure`.
    func pictures(of token: String) throws -> [SampleFigure.Camera] {
        guard let sample = frames.samples.first(where: { $0.token == token }) else {
            throw CommandFailure(
                .configuration,
                "'\(root)' has no sample '\(token)' of scene '\(frames.name)' any more"
            )
        }
        return try Self.pictures(of: sample, in: pictureFolder)
    }

    /// The camera pictures of a sample.
    ///
    /// - Throws: `FileError`, `DatasetProblem`, `CommandFailure`.
    static func pictures(of sample: SampleFrames, in folder: String) throws -> [SampleFigure.Camera] {
        let decoder = try JPEGDecoder()
        return try sample.cameras.map { camera in
            let file = try camera.openPicture(in: folder)
            do {
                let picture = try file.withBytes { try decoder.decode(Array($0)) }
                return .init(name: camera.channel, picture: picture, frame: camera)
            } catch {
                throw CommandFailure(.configuration, "cannot decode '\(file.path)': \(error)")
            }
        }
    }
}
