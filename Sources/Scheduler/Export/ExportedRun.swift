internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage

/// A run on its way to other programs, with the frames of its dataset, which are read once.
struct ExportedRun {
    let manifest: RunManifest
    /// Where the dataset lies.
    let root: String
    /// The folder that paths of its pictures are relative to.
    let pictureFolder: String
    /// What the run's samples hold; nil where no scene is done.
    let kind: SampleKind?
    private let directory: any RunStore
    private let frames: [String: SceneFrames]

    /// Reads the dataset's tables.
    ///
    /// - Throws: `DatasetError`, `StorageError`, `FileError`, `CommandFailure` for a kind of dataset that is unknown.
    init(_ directory: any RunStore, _ manifest: RunManifest, root: String) throws {
        self.directory = directory
        self.manifest = manifest
        self.root = root
        kind = try manifest.done.first.flatMap { try directory.open($0).entries.first?.kind }
        let datasetKind = try DatasetKind.of(manifest)
        pictureFolder = datasetKind.pictureFolder(root)
        let source = try datasetKind.open(root, manifest.datasetVersion)
        let split = RunSettings.namedSplit(manifest.split)
        frames = try RunTruth.read(source, split: split, isDetection: false).frames
    }

    /// Refuses a run of voxel labels where boxes are wanted.
    ///
    /// - Parameter format: what is to be written.
    /// - Throws: `CommandFailure` (`configuration`).
    func requireBoxes(for format: String) throws {
        guard kind == .occupancy else { return }
        throw CommandFailure(
            .configuration,
            "run '\(manifest.run)' holds voxel labels, and \(format) has boxes only; "
                + "--format mcap, sparseocc, evalai, flashocc or labels writes voxels"
        )
    }

    /// A scene that is done, with its predictions and frames.
    ///
    /// - Throws: `CommandFailure` where the dataset has lost the scene or a sample of it; `StorageError`, `FileError`.
    func scene(_ scene: RunManifest.Scene) throws -> ExportedScene {
        guard PlainName.isUsable(scene.name), !scene.name.hasPrefix(".") else {
            throw CommandFailure(.configuration, "the scene name '\(scene.name)' cannot be the name of a file")
        }
        guard let frames = frames[scene.name] else {
            throw CommandFailure(
                .configuration,
                "'\(root)' has no whole scene '\(scene.name)' in split '\(manifest.split)' any more; give the dataset with --dataset-root"
            )
        }
        let reader = try directory.open(scene)
        let known = Dictionary(frames.samples.map { ($0.token, $0) }) { first, _ in first }
        let samples = try reader.entries.map { entry in
            guard let sample = known[entry.token] else {
                throw CommandFailure(
                    .configuration,
                    "'\(root)' has no sample '\(entry.token)' of scene '\(scene.name)' any more; give the dataset with --dataset-root"
                )
            }
            return ExportedScene.Sample(entry: entry, frames: sample)
        }
        return ExportedScene(name: scene.name, samples: samples, reader: reader)
    }
}

/// A scene on its way to other programs.
struct ExportedScene {
    struct Sample {
        let entry: SampleEntry
        let frames: SampleFrames
    }

    let name: String
    let samples: [Sample]
    let reader: SceneFileReader

    /// The boxes of a sample that score enough, highest score first.
    ///
    /// - Throws: `StorageError` for a sample of another kind, `EvaluationError` for a broken document.
    func boxes(of sample: Sample, minimumScore: Double) throws -> [DetectionBox] {
        let document = try reader.sample(sample.entry).detectionsJSON()
        let boxes = try DetectionDocument.decode(document, of: sample.entry.token)
        if let flat = boxes.first(where: { !$0.hasSize }) {
            throw EvaluationError(
                .invalidPrediction,
                source: sample.entry.token,
                "a predicted \(flat.name.rawValue) has the size \(flat.size.listed); sizes must be above 0"
            )
        }
        return boxes.filter { $0.score >= minimumScore }
    }
}

extension RunManifest {
    /// Says how many scenes an export is without, and ends the command with 1 where there are any.
    ///
    /// - Throws: `ExitStatus.someScenesFailed`.
    func requireAllExported() throws {
        let missing = scenes.count { $0.state != .done }
        guard missing > 0 else { return }
        Terminal.say("warning: \(missing) scenes of the run are not done and not exported")
        throw ExitStatus.someScenesFailed
    }
}
