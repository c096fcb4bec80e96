internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import Foundation
internal import JobQueue
internal import Logging
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage
internal import SystemSupport

/// One claimed scene on its way through a slot.
struct SceneJob {
    let scene: ClaimedScene
    let frames: SceneFrames
    let settings: RunSettings
    let datasetRoot: String
    let outputDirectory: String
    let openStore: RunStores.Opener
    let flag: StopFlag
    let meters: WorkerMeters
    let logger: Logger

    init(
        scene: ClaimedScene,
        frames: SceneFrames,
        settings: RunSettings,
        mounts: PredictionWork.Mounts,
        openStore: @escaping RunStores.Opener,
        flag: StopFlag,
        meters: WorkerMeters,
        logger: Logger
    ) {
        self.scene = scene
        self.frames = frames
        self.settings = settings
        datasetRoot = mounts.datasetRoot ?? settings.datasetRoot
        outputDirectory = mounts.outputDirectory ?? settings.outputDirectory
        self.openStore = openStore
        self.flag = flag
        self.meters = meters
        self.logger = logger
    }

    /// Predicts and stores what no earlier lease stored, publishes the file, and scores it.
    ///
    /// - Throws: `ScenePredictionError` for trouble with the scene; `StorageError` and `FileError` of the output become
    ///   `HostFailure`.
    func perform(_ predictor: any SamplePredictor, sampleStored: (Int) -> Void) throws -> SceneWorkReport {
        KillPoint.reached(.sceneStarted, scene: scene.sceneName)
        let started = MonotonicClock.nowSeconds
        let tokens = frames.samples.map(\.token)
        let directory = try onOutput(.open) { try openStore(outputDirectory, scene.runName) }
        // Submission made this folder. Where it is missing, the output is not mounted, and a file would go to a local disk.
        let isPresent: Bool
        do {
            isPresent = try directory.isPresent()
        } catch {
            meters.noteFailure(of: .open)
            throw HostFailure(description: "the run's folder may not be used on this host: \(error)")
        }
        guard isPresent else {
            meters.noteFailure(of: .open)
            throw HostFailure(
                description:
                    "the run's folder '\(directory.place)' is not there; mount the output folder, or say where with --output"
            )
        }
        let identity = try onOutput(.open) { try directory.readIdentity() }
        guard FolderBond.mayWork(identity: identity, owner: scene.owner) else { throw foreign(directory, identity) }
        let writer = try onOutput(.open, in: directory) {
            try SceneFileWriter(
                in: directory,
                header: header(),
                adoptingFor: tokens,
                ofLeases: scene.earlierLeases,
                level: predictor.storageLevel
            )
        }
        meters.noteSuccess(of: .open)
        var stored = writer.entries.count
        if stored > 0 { sampleStored(stored) }
        predictor.startScene()
        var inferenceSeconds = 0.0
        var computed = 0
        let pictureFolder = pictureFolder
        for (index, sample) in frames.samples.enumerated() where !writer.contains(sample.token) {
            if flag.level > .run { return SceneWorkReport(outcome: .stopped, samples: stored) }
            let prediction = try predictor.predict(frames, sample: index, datasetRoot: pictureFolder)
            if flag.level == .abandon { return SceneWorkReport(outcome: .stopped, samples: stored) }
            meters.note(.pictures, seconds: prediction.pictureSeconds)
            meters.note(.network, seconds: prediction.seconds - prediction.pictureSeconds)
            let storing = MonotonicClock.nowSeconds
            try onOutput(.append) {
                switch prediction.content {
                case .occupancy(let labels, let shape):
                    try writer.append(token: sample.token, occupancy: labels, shape: shape)
                case .detections(let document):
                    try writer.append(token: sample.token, detections: document)
                }
            }
            meters.note(.store, seconds: MonotonicClock.nowSeconds - storing)
            meters.noteSuccess(of: .append)
            inferenceSeconds += prediction.seconds
            computed += 1
            stored += 1
            sampleStored(stored)
        }
        if flag.level == .abandon { return SceneWorkReport(outcome: .stopped, samples: stored) }
        let file = try onOutput(.publish) { try writer.finish() }
        meters.noteSuccess(of: .publish)
        let score = metrics(of: file, in: directory)
        let result = SceneResult(
            fileName: file.fileName,
            byteCount: Int64(file.byteCount),
            sampleCount: file.sampleTokens.count,
            digest: file.sha256,
            metrics: score?.encoded(),
            inferenceSeconds: inferenceSeconds,
            elapsedSeconds: MonotonicClock.nowSeconds - started,
            computedSampleCount: computed
        )
        return SceneWorkReport(outcome: .finished(result), samples: stored)
    }

    /// The folder that image paths are relative to.
    private var pictureFolder: String {
        DatasetKind.named(settings.datasetKind)?.pictureFolder(datasetRoot) ?? datasetRoot
    }

    private func header() -> SceneFileHeader {
        SceneFileHeader(
            run: scene.runName,
            scene: scene.sceneName,
            lease: scene.lease,
            dataset: settings.datasetKind,
            datasetVersion: settings.datasetVersion,
            split: settings.split,
            model: settings.modelConfiguration,
            modelDigest: settings.modelDigest,
            precision: settings.precision.rawValue,
            software: BuildInformation.software
        )
    }

    /// The scene's metrics, read back from the file just written, with what could not be scored; nil where there is neither.
    ///
    /// The predictions stand whatever is wrong with the ground truth. Reading back scores what is stored, adopted samples included.
    private func metrics(of file: FinishedSceneFile, in directory: any RunStore) -> SceneMetrics? {
        var annotations: DetectionSceneTruth?
        var flaw: String?
        do {
            annotations = try ScenePayload.annotations(scene.payload, scene: scene.sceneName)
        } catch {
            flaw = "\(error)"
        }
        func failed(_ why: String) -> SceneMetrics {
            logger.warning("no score", metadata: ["scene": "\(frames.name)", "error": "\(why)"])
            var gaps = TruthGaps()
            gaps.add(.failed, sample: "all samples", why: why, count: file.sampleTokens.count)
            return SceneMetrics(gaps: gaps)
        }
        guard let kind = DatasetKind.named(settings.datasetKind) else {
            return failed(
                "this worker knows no dataset of kind '\(settings.datasetKind)'; score the run's files with the program that submitted it"
            )
        }
        let scorer = SceneScorer(
            scene: frames.name,
            frames: frames,
            annotations: annotations,
            annotationsFlaw: flaw,
            labels: kind.labels(datasetRoot)
        )
        do {
            let outcome = try scorer.score(directory.open(file.fileName))
            for note in outcome.notes { logger.warning("\(note)", metadata: ["scene": "\(frames.name)"]) }
            return outcome.metrics.isWorthStoring ? outcome.metrics : nil
        } catch {
            return failed("\(error)")
        }
    }

    private func foreign(_ directory: any RunStore, _ identity: FolderIdentity?) -> ForeignFolderError {
        ForeignFolderError(scene: scene.sceneName, directory: directory, identity: identity, owner: scene.owner)
    }

    /// Runs a write to the output; whatever is wrong there is wrong with the host, not with the scene.
    ///
    /// - Parameters:
    ///   - operation: what it is part of; a failure is counted.
    ///   - directory: where a file of this very lease means another queue: leases only grow within one, and are used once.
    private func onOutput<Result>(
        _ operation: WorkerMeters.StorageOperation,
        in directory: (any RunStore)? = nil,
        _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let error as StorageError where error.kind == .alreadyExists && directory != nil {
            guard let directory else { throw error }
            throw foreign(directory, nil)
        } catch {
            meters.noteFailure(of: operation)
            throw HostFailure(description: "cannot store predictions of scene '\(scene.sceneName)': \(error)")
        }
    }
}
