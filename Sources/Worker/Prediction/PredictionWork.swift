internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import Foundation
internal import JobQueue
internal import Keyframes
internal import Logging
internal import RunContract
internal import Scoring
internal import Storage
internal import Synchronization
internal import SystemSupport

/// The real work on a scene: predict every sample, store each at once, score against ground truth where there is one.
final class PredictionWork: SceneWork {
    /// Where this host finds what the submitting host named.
    struct Mounts: Sendable {
        /// Instead of the run's dataset root.
        var datasetRoot: String?
        /// Instead of the run's output folder.
        var outputDirectory: String?
    }

    /// Makes the predictor of a run's model for one slot and scenes of so many cameras.
    typealias MakePredictor = @Sendable (RunSettings, _ cameras: Int) throws -> any SamplePredictor

    private let mounts: Mounts
    private let openStore: RunStores.Opener
    private let makePredictor: MakePredictor
    private let meters: WorkerMeters
    private let logger: Logger
    /// One element a slot, touched only by that slot's thread: calls of one slot never overlap (`SceneWork`), and the array
    /// itself never changes.
    private let predictors: [PredictorSeat]

    private final class PredictorSeat: @unchecked Sendable {
        // Guard: used on its slot's thread only.
        var identity: PredictionIdentity?
        var cameras = 0
        var predictor: (any SamplePredictor)?
    }

    init(
        slotCount: Int,
        mounts: Mounts,
        openStore: @escaping RunStores.Opener = RunStores.open,
        meters: WorkerMeters = WorkerMeters(),
        logger: Logger,
        makePredictor: @escaping MakePredictor
    ) {
        self.mounts = mounts
        self.openStore = openStore
        self.makePredictor = makePredictor
        self.meters = meters
        self.logger = logger
        predictors = (0..<slotCount).map { _ in PredictorSeat() }
    }

    func perform(
        _ scene: ClaimedScene,
        slot: Int,
        flag: StopFlag,
        sampleStored: @escaping @Sendable (Int) -> Void
    ) -> SceneWorkReport {
        var stored = 0
        func ended(_ outcome: SlotOutcome) -> SceneWorkReport { SceneWorkReport(outcome: outcome, samples: stored) }
        do {
            let settings = try RunSettings(json: scene.runSettings, run: scene.runName)
            let frames = try ScenePayload.decode(scene.payload, scene: scene.sceneName)
            // A scene that a network cannot be given fails where its first sample is read.
            let cameras = (try? NetworkCamera.plan(frames, virtualRig: settings.virtualRig).count) ?? 1
            let predictor = try predictor(for: settings, cameras: cameras, slot: slot)
            let job = SceneJob(
                scene: scene,
                frames: frames,
                settings: settings,
                mounts: mounts,
                openStore: openStore,
                flag: flag,
                meters: meters,
                logger: logger
            )
            return try job.perform(predictor) { count in
                stored = count
                sampleStored(count)
            }
        } catch let error as ScenePredictionError {
            return ended(
                error.isHostFault
                    ? .hostFailed(message: error.description)
                    : .failed(message: error.description, isRetryable: error.isRetryable)
            )
        } catch let error as RunContractError where error.isNewer {
            return ended(.notUnderstood(message: error.description))
        } catch let error as ForeignFolderError {
            return ended(.notUnderstood(message: error.description))
        } catch let error as HostFailure {
            return ended(.hostFailed(message: error.description))
        } catch let error as FileError {
            return ended(.hostFailed(message: "\(error)"))
        } catch {
            return ended(.failed(message: "\(error)", isRetryable: true))
        }
    }

    private func predictor(for settings: RunSettings, cameras: Int, slot: Int) throws -> any SamplePredictor {
        let seat = predictors[slot]
        if seat.identity == settings.identity, seat.cameras == cameras, let predictor = seat.predictor {
            return predictor
        }
        seat.predictor = nil
        do {
            let predictor = try makePredictor(settings, cameras)
            seat.predictor = predictor
            seat.cameras = cameras
            seat.identity = settings.identity
            return predictor
        } catch {
            throw HostFailure(description: "cannot set up the run's model: \(error)")
        }
    }
}

/// Something that this host lacks; no fault of the scene.
struct HostFailure: Error, CustomStringConvertible {
    let description: String
}
