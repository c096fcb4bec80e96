internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import JobQueue
internal import Keyframes
internal import OccInference
internal import RunContract
internal import Scenes
internal import Scoring
internal import SystemSupport

/// The scenes of a run, with annotations where it is scored by boxes; read in batches, because they may be more than fit into memory.
struct RunScenes: Sendable {
    /// Samples of a batch whose annotations are read together: nuScenes' largest version is one batch, because its tables are read once each.
    private static let batchSamples = 40_000
    /// Sentences about rigs that are kept; every camera of a fleet may have its own.
    private static let mostDifferences = 12

    /// The scenes.
    let survey: SurveyedDataset
    /// What stands in the way of a score.
    let remark: String?
    /// How their rigs differ from the one that the network was trained with.
    let rigDifferences: [String]
    private let source: any DatasetSource
    private let split: String?
    private let isAnnotated: Bool
    /// The annotations, where all are one batch.
    private let kept: [String: DetectionSceneTruth]?

    /// Looks at all scenes once.
    ///
    /// - Throws: `CommandFailure` for a rig that networks do not take; `DatasetError` where the dataset was changed meanwhile.
    init(
        _ survey: SurveyedDataset,
        in source: any DatasetSource,
        settings: RunSettings,
        card: ModelCard?,
        isDetection: Bool
    ) throws {
        let split = settings.namedSplit
        self.survey = survey
        self.source = source
        self.split = split
        var annotations = Annotations(source: source, split: split)
        var wants = isDetection
        var differences: [String] = []
        var failure: String?
        var scenes = survey.makeScenes()
        while let scene = try scenes.next() {
            if let flaw = NetworkCamera.flaw(of: scene, virtualRig: settings.virtualRig) {
                throw CommandFailure(
                    .configuration,
                    "scene '\(scene.name)' of '\(source.root)' cannot be given to a network: \(flaw)"
                )
            }
            for sentence in try RigDifferences.sentences(scene, card: card, virtualRig: settings.virtualRig)
            where differences.count < Self.mostDifferences && !differences.contains(sentence) {
                differences.append(sentence)
            }
            guard wants else { continue }
            do { try annotations.take(scene) } catch {
                wants = false
                failure = "the annotations cannot be used, so the run will have no score: \(error)"
            }
        }
        if wants {
            do { try annotations.flush() } catch {
                wants = false
                failure = "the annotations cannot be used, so the run will have no score: \(error)"
            }
        }
        // Predictions are worth having without a score, so nothing that is wrong with annotations stops a submission.
        if wants, !annotations.hasAny {
            wants = false
            failure = "'\(source.version)' has no annotations of these scenes: the run will have no score"
        }
        remark = failure
        rigDifferences = differences
        isAnnotated = wants
        kept = wants && annotations.batches == 1 ? annotations.last : nil
    }

    /// Reads annotations batch by batch, to see that they can be used.
    private struct Annotations {
        let source: any DatasetSource
        let split: String?
        private var held: [SceneFrames] = []
        private var heldSamples = 0
        private(set) var batches = 0
        private(set) var hasAny = false
        private(set) var last: [String: DetectionSceneTruth] = [:]

        init(source: any DatasetSource, split: String?) {
            self.source = source
            self.split = split
        }

        mutating func take(_ scene: SceneFrames) throws {
            held.append(scene)
            heldSamples += scene.samples.count
            if heldSamples >= RunScenes.batchSamples { try flush() }
        }

        mutating func flush() throws {
            guard !held.isEmpty else { return }
            let read = try RunTruth.annotations(of: held, in: source, split: split)
            hasAny = hasAny || read != nil
            last = read ?? [:]
            batches += 1
            held = []
            heldSamples = 0
        }
    }

    /// The scenes as the queue takes them, packed one by one so that their payloads are never all in memory.
    func submissions(formatVersion: Int) -> Submissions { Submissions(scenes: self, formatVersion: formatVersion) }

    /// The scenes of a run as the queue takes them.
    struct Submissions: AsyncSequence, Sendable {
        let scenes: RunScenes
        let formatVersion: Int

        func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(rest: scenes.survey.makeScenes(), scenes: scenes, formatVersion: formatVersion)
        }

        struct AsyncIterator: AsyncIteratorProtocol {
            var rest: SurveyedScenes
            let scenes: RunScenes
            let formatVersion: Int
            private var batch: ArraySlice<SceneFrames> = []
            private var annotations: [String: DetectionSceneTruth] = [:]

            init(rest: SurveyedScenes, scenes: RunScenes, formatVersion: Int) {
                self.rest = rest
                self.scenes = scenes
                self.formatVersion = formatVersion
                annotations = scenes.kept ?? [:]
            }

            mutating func next() async throws -> SceneSubmission? {
                if batch.isEmpty { try fill() }
                guard let scene = batch.popFirst() else {
                    KillPoint.reached(.submitBeforeCommit)
                    return nil
                }
                KillPoint.reached(.sceneSubmitted, scene: scene.name)
                return SceneSubmission(
                    name: scene.name,
                    sampleCount: scene.samples.count,
                    payload: try ScenePayload.encode(
                        scene,
                        annotations: annotations[scene.name],
                        formatVersion: formatVersion
                    )
                )
            }

            /// Reads the next scene; with annotations that are not kept, the next batch.
            private mutating func fill() throws {
                var read: [SceneFrames] = []
                var samples = 0
                let isBatch = scenes.isAnnotated && scenes.kept == nil
                while samples < (isBatch ? RunScenes.batchSamples : 1), let scene = try rest.next() {
                    read.append(scene)
                    samples += scene.samples.count
                }
                if isBatch {
                    annotations =
                        try RunTruth.annotations(of: read, in: scenes.source, split: scenes.split) ?? [:]
                }
                batch = read[...]
            }
        }
    }
}
