internal import CommandSupport
internal import Evaluation
internal import Foundation
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage
internal import Synchronization

/// Makes a run of predictions that another program made: scene files, metrics and `run.json`, with no database.
///
/// ```swift
/// let work = try PredictionImport(source: .open("results_nusc.json"), truth: truth, scenes: scenes, ...)
/// let manifest = try work.write(toOutput: "out") { done, total in }
/// ```
///
/// What comes of it is a run like any other for evaluate, verify, export and picture.
struct PredictionImport: Sendable {
    /// Key of the manifest's settings under which the name of the imported file or folder stands.
    static let sourceKey = "importedFrom"
    /// Key of the manifest's settings: what boxes were made from, `camera,lidar`.
    static let inputsKey = "inputs"
    /// What stands in place of a precision.
    static let precision = "unknown"

    /// What a run of imported predictions is called by.
    struct Description: Sendable {
        /// The kind of the dataset, a `DatasetKind`.
        var datasetKind = RunSettings.formerDatasetKind
        /// Root folder of the dataset.
        var datasetRoot: String
        /// Version of its tables.
        var datasetVersion: String
        /// The split; `RunSettings.everyScene` for all.
        var split: String
        /// What the predictions are called, such as the network's name.
        var model: String
        /// The file or folder that they come from.
        var source: String
        /// Name and version of this program.
        var software: String
        /// Name of the run; nil for one made from what defines it.
        var run: String?
    }

    /// Name of the run.
    let run: String
    /// Scenes that have no prediction of some of their samples, with the first of these.
    let incomplete: [(scene: String, token: String)]
    /// Predicted samples that no scene of the split has, where that can be told.
    let superfluousSamples: Int

    private let source: PredictionSource
    private let truth: RunTruth
    private let scenes: [SceneFrames]
    private let description: Description
    private let digest: String

    /// Compares predictions with the samples of a split.
    ///
    /// - Parameters:
    ///   - source: the predictions.
    ///   - scenes: the scenes of the split.
    ///   - truth: ground truth of these scenes, as far as there is one.
    /// - Throws: `CommandFailure` where no sample has a prediction, `FileError`, `EvaluationError`.
    init(
        source: PredictionSource,
        scenes: [SceneFrames],
        truth: RunTruth,
        description: Description
    ) throws {
        self.source = source
        self.scenes = scenes
        self.truth = truth
        self.description = description
        let samples = scenes.flatMap { scene in scene.samples.map { (scene: scene.name, token: $0.token) } }
        let found = try samples.count { try source.has(scene: $0.scene, token: $0.token) }
        guard found > 0 else {
            throw CommandFailure(
                .configuration,
                "'\(description.source)' has no prediction of any of the \(samples.count) samples of split '\(description.split)'"
                    + " of \(description.datasetVersion); check --split and --version"
            )
        }
        if case .boxes(let boxes, _) = source {
            superfluousSamples = boxes.count - found
        } else {
            superfluousSamples = 0
        }
        incomplete = try scenes.compactMap { scene in
            let missing = try scene.samples.first { try !source.has(scene: scene.name, token: $0.token) }
            return missing.map { (scene.name, $0.token) }
        }
        digest = try source.digest(of: samples)
        run =
            description.run
            ?? RunIdentity.name(
                split: description.split,
                model: description.model,
                parts: [description.datasetRoot, description.datasetVersion, description.split, digest]
            )
    }

    /// Writes the run's files; what an interrupted import left behind stays beside them.
    ///
    /// - Parameters:
    ///   - output: the output folder.
    ///   - progress: is told how many scenes of how many are done; called from several threads.
    /// - Returns: the manifest, which is written too. Where the same import was done before it is read and nothing is written.
    /// - Throws: `CommandFailure` where the folder holds another run of this name; `StorageError`, `FileError`, `EvaluationError`,
    ///   `DatasetError` of ground truth.
    func write(
        toOutput output: String,
        progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> RunManifest {
        let directory = try RunStores.open(output: output, run: run)
        if let owner = try directory.readIdentity() {
            throw CommandFailure(
                .configuration,
                "'\(directory.place)' belongs to a run of a queue (\(owner.queuePlace)); choose another name with --run, or another"
                    + " --output"
            )
        }
        if try directory.hasManifest() {
            let manifest = try directory.readManifest()
            if manifest.modelDigest == digest { return manifest }
        }
        let leases = try freeLeases(in: directory)
        do {
            let manifest = try write(leases, in: directory, progress)
            try directory.writeManifest(manifest)
            return manifest
        } catch {
            // What was refused must not count as a run, nor its files as somebody's.
            withdraw(leases, from: directory)
            throw error
        }
    }

    /// Writes the files of every scene that has its predictions.
    private func write(
        _ leases: [String: Int64],
        in directory: any RunStore,
        _ progress: @Sendable (Int, Int) -> Void
    ) throws -> RunManifest {
        let gaps = Dictionary(incomplete.map { ($0.scene, $0.token) }) { first, _ in first }
        let results = Mutex([Int: Result<RunManifest.Scene, any Error>]())
        DispatchQueue.concurrentPerform(iterations: scenes.count) { index in
            let scene = scenes[index]
            let result = Result {
                if let token = gaps[scene.name] {
                    return RunManifest.Scene(
                        name: scene.name,
                        state: .failed,
                        sampleTokens: [],
                        failure: "the imported predictions lack sample '\(token)'"
                    )
                }
                return try write(scene, lease: leases[scene.name] ?? 1, in: directory)
            }
            let count = results.withLock { results in
                results[index] = result
                return results.count
            }
            progress(count, scenes.count)
        }
        let written = try scenes.indices.compactMap { index in try results.withLock { $0[index] }?.get() }
        return manifest(of: written)
    }

    /// Removes the files of these leases, and the folder if nothing else is in it.
    private func withdraw(_ leases: [String: Int64], from directory: any RunStore) {
        for scene in scenes { try? directory.remove(scene: scene.name, lease: leases[scene.name] ?? 1) }
        try? directory.removeIfWithoutResults()
    }

    /// The lease of each scene that no file has yet.
    private func freeLeases(in directory: any RunStore) throws -> [String: Int64] {
        try directory.create()
        var leases: [String: Int64] = [:]
        for file in try directory.sceneFiles() {
            let header = file.isFinished ? try directory.reader(of: file.key).header : nil
            guard header?.modelDigest ?? digest == digest else {
                throw CommandFailure(
                    .configuration,
                    "'\(directory.place)' holds another run of this name; choose another with --run, or another --output"
                )
            }
            leases[file.scene] = max(leases[file.scene] ?? 1, file.lease + 1)
        }
        return leases
    }

    private func write(_ scene: SceneFrames, lease: Int64, in directory: any RunStore) throws -> RunManifest.Scene {
        let header = SceneFileHeader(
            run: run,
            scene: scene.name,
            lease: lease,
            dataset: description.datasetKind,
            datasetVersion: description.datasetVersion,
            split: description.split,
            model: description.model,
            modelDigest: digest,
            precision: Self.precision,
            software: description.software
        )
        let writer = try SceneFileWriter(in: directory, header: header)
        for sample in scene.samples {
            switch source {
            case .boxes(let boxes, _):
                let document = try DetectionDocument.encode(boxes[sample.token] ?? [], of: sample.token)
                try writer.append(token: sample.token, detections: document)
            case .labels(let folder):
                let labels = try PredictionSource.labels(folder: folder, scene: scene.name, token: sample.token)
                try writer.append(token: sample.token, occupancy: labels, shape: VoxelGrid.shape)
            }
        }
        let file = try writer.finish()
        let outcome = try truth.scorer(of: scene.name).score(directory.open(file.fileName))
        return RunManifest.Scene(
            name: scene.name,
            sampleTokens: file.sampleTokens,
            lease: lease,
            fileName: file.fileName,
            byteCount: file.byteCount,
            sha256: file.sha256,
            metrics: outcome.metrics.isWorthStoring ? outcome.metrics.base64 : nil
        )
    }

    private func manifest(of written: [RunManifest.Scene]) -> RunManifest {
        var settings = [
            RunManifest.expectedSamplesKey: String(scenes.reduce(0) { $0 + $1.samples.count }),
            Self.sourceKey: description.source,
        ]
        if case .boxes(_, let inputs) = source { settings[Self.inputsKey] = inputs.names.joined(separator: ",") }
        return RunManifest(
            run: run,
            dataset: description.datasetKind,
            datasetFolder: description.datasetRoot,
            datasetVersion: description.datasetVersion,
            split: description.split,
            model: description.model,
            modelDigest: digest,
            precision: Self.precision,
            settings: settings,
            software: description.software,
            writtenAt: ISO8601DateFormatter().string(from: Date()),
            scenes: written
        )
    }
}
