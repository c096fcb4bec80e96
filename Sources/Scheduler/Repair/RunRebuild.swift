internal import Datasets
internal import Evaluation
internal import Foundation
internal import JobQueue
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage
internal import Synchronization

/// Makes a run of a queue from the run's folder: whole files count, whole samples are there to be adopted, the rest is queued.
///
/// Safe to repeat and to interrupt: pieces of some hundred scenes are committed one after the other, what the queue knows is not
/// looked at again, and the folder becomes the queue's last. Rules in `docs/run-folder.md`.
struct RunRebuild: Sendable {
    /// What came of it.
    struct Report: Sendable {
        /// Scenes of the run.
        var scenes = 0
        /// Scenes whose whole file was found now.
        var done = 0
        /// Their samples.
        var samples = 0
        /// Scenes that the queue knew before, as they stand.
        var known = 0
        /// Scenes that are queued and have files to adopt from.
        var adoptable = 0
        /// Scenes that are queued with nothing on disk.
        var empty = 0
        /// Files that are not what was written; their scenes are done anew where no other file is whole.
        var damaged: [(path: String, why: String)] = []
        /// Scenes that have files but are not in the dataset's split any more.
        var unknown: [String] = []
        /// Remarks of scorers, each with its scene.
        var notes: [String] = []
        /// Whether the folder belonged to another queue before, or to none.
        var isTakenOver = false

        /// Whether the queue knew everything.
        var isNothingNew: Bool { done + adoptable + empty == 0 && !isTakenOver }
    }

    private let identity: FolderIdentity
    private let directory: any RunStore
    private let queue: JobQueue
    private let scenes: [SceneFrames]
    private let annotations: [String: DetectionSceneTruth]
    private let place: SceneEvidence.Place
    private let settings: RunSettings

    /// Scenes that are looked at together and committed in one transaction.
    private static let pieceSize = 500

    /// Prepares it; changes nothing.
    ///
    /// - Parameters:
    ///   - identity: the folder's, or one made up for a folder that has none.
    ///   - scenes: every scene of the run, in the order of the dataset.
    ///   - annotations: annotations by scene, for a detection run.
    ///   - labels: the voxel labels.
    /// - Throws: `RunContractError` for settings that cannot be read.
    init(
        identity: FolderIdentity,
        directory: any RunStore,
        queue: JobQueue,
        scenes: [SceneFrames],
        annotations: [String: DetectionSceneTruth]?,
        labels: any LabelSource
    ) throws {
        self.identity = identity
        self.directory = directory
        self.queue = queue
        self.scenes = scenes
        self.annotations = annotations ?? [:]
        settings = try RunSettings(json: identity.settings, run: identity.name)
        place = SceneEvidence.Place(
            directory: directory,
            settings: settings,
            truth: RunTruth(frames: scenes, annotations: annotations, labels: labels)
        )
    }

    /// Does it.
    ///
    /// - Parameter progress: is told how many scenes of how many were looked at.
    /// - Throws: `RunContractError` where the queue has another run of this name; `JobQueueError`, `PostgresError`, `StorageError`,
    ///   `FileError`.
    func perform(progress: @Sendable (Int, Int) -> Void = { _, _ in }) async throws -> Report {
        let own = try await queue.identity()
        let status = try await queue.beginRebuild(submission)
        guard status.identity == identity.run else {
            throw RunContractError(
                "the queue (\(queue.place)) has another run named '\(identity.name)', which is not the one of '\(directory.place)':"
                    + " give another database, or move the folder to another output folder and name"
            )
        }
        var report = Report()
        report.scenes = scenes.count
        report.isTakenOver = identity.queue != own || status.isRebuilding
        try await takeScenes(into: &report, progress)
        try finishFolder(own)
        if report.isTakenOver {
            // Workers of the former queue may have begun or finished scenes until a moment ago; from now on they leave the folder alone.
            var late = Report()
            try await takeScenes(into: &late)
            report.note(late)
        }
        try await queue.endRebuild(run: identity.name)
        return report
    }

    private var submission: RunSubmission {
        RunSubmission(
            name: identity.name,
            settings: identity.settings,
            kind: identity.kind,
            formatVersion: identity.runFormatVersion,
            priority: identity.priority,
            maximumAttempts: identity.maximumAttempts,
            identity: identity.run
        )
    }

    private func finishFolder(_ own: String) throws {
        var now = identity
        now.queue = own
        now.queuePlace = queue.place
        guard try directory.readIdentity() != now else { return }
        try directory.replaceIdentity(now)
    }

    // MARK: - Scenes

    private struct Files {
        let of: [String: [SceneFileListing]]
        let highestDamaged: [String: Int64]
        let listed: [String: RunManifest.Scene]
    }

    private func takeScenes(into report: inout Report, _ progress: @Sendable (Int, Int) -> Void = { _, _ in })
        async throws
    {
        let files = Files(
            of: Dictionary(grouping: try directory.sceneFiles(), by: \.scene),
            highestDamaged: try directory.leasesSetAside(),
            listed: Dictionary((try? directory.readManifest())?.scenes.map { ($0.name, $0) } ?? []) { first, _ in first
            }
        )
        report.unknown = Set(files.of.keys).subtracting(scenes.map(\.name)).sorted()
        let known = try await queue.knownScenes(run: identity.name)
        var rest: [SceneFrames] = []
        for scene in scenes {
            if let found = known[scene.name],
                Self.isSettled(found, files.of[scene.name] ?? [], files.highestDamaged[scene.name])
            {
                report.known += 1
            } else {
                rest.append(scene)
            }
        }
        let total = scenes.count
        var looked = report.known
        progress(looked, total)
        // While one piece is on its way to the database the next one is looked at.
        var ahead: Task<[SceneEvidence], any Error>?
        for start in stride(from: 0, to: rest.count, by: Self.pieceSize) {
            let piece = try await (ahead ?? look(at: rest[start..<min(start + Self.pieceSize, rest.count)], files))
                .value
            let next = start + Self.pieceSize
            ahead = next < rest.count ? look(at: rest[next..<min(next + Self.pieceSize, rest.count)], files) : nil
            let fresh = piece.filter { evidence in
                guard let known = known[evidence.rebuilt.scene.name] else { return true }
                return evidence.rebuilt.accepted != nil || evidence.rebuilt.lease > known.lease
            }
            try await queue.rebuild(run: identity.name, scenes: fresh.map(\.rebuilt))
            for evidence in fresh { report.add(evidence) }
            report.known += piece.count - fresh.count
            looked += piece.count
            progress(looked, total)
        }
    }

    /// Whether the folder has nothing to say of a scene that the queue does not know.
    private static func isSettled(_ scene: KnownScene, _ files: [SceneFileListing], _ damaged: Int64?) -> Bool {
        guard files.map(\.lease).reduce(damaged ?? 0, max) <= scene.lease else { return false }
        return scene.state == .done || scene.state == .leased || !files.contains(where: \.isFinished)
    }

    /// Looks at scenes on every core, on threads that are not Swift's few.
    private func look(at scenes: ArraySlice<SceneFrames>, _ files: Files) -> Task<[SceneEvidence], any Error> {
        let scenes = Array(scenes)
        return Task {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async {
                    let results = Mutex([Int: Result<SceneEvidence, any Error>]())
                    DispatchQueue.concurrentPerform(iterations: scenes.count) { index in
                        let result = Result { try evidence(of: scenes[index], files) }
                        results.withLock { $0[index] = result }
                    }
                    continuation.resume(
                        with: Result {
                            try scenes.indices.compactMap { index in try results.withLock { $0[index] }?.get() }
                        }
                    )
                }
            }
        }
    }

    private func evidence(of scene: SceneFrames, _ files: Files) throws -> SceneEvidence {
        let payload = try ScenePayload.encode(
            scene,
            annotations: annotations[scene.name],
            formatVersion: identity.runFormatVersion
        )
        return SceneEvidence(
            scene: SceneSubmission(name: scene.name, sampleCount: scene.samples.count, payload: payload),
            tokens: scene.samples.map(\.token),
            files: files.of[scene.name] ?? [],
            highestDamaged: files.highestDamaged[scene.name] ?? 0,
            listed: files.listed[scene.name],
            place: place
        )
    }
}

extension RunRebuild.Report {
    /// Lists at most so many remarks; a run of 100,000 scenes without labels must not keep as many.
    private static let remarksAtMost = 1000

    /// Counts scenes that turned out to be done since they were counted first.
    mutating func note(_ late: Self) {
        let done = min(late.done, adoptable + empty)
        self.done += done
        samples += late.samples
        let fromEmpty = min(empty, done)
        empty -= fromEmpty
        adoptable -= done - fromEmpty
    }

    mutating func add(_ evidence: SceneEvidence) {
        if let accepted = evidence.rebuilt.accepted {
            done += 1
            samples += accepted.result.sampleCount
        } else if evidence.rebuilt.adoptable.isEmpty {
            empty += 1
        } else {
            adoptable += 1
        }
        damaged += evidence.damaged
        let room = max(0, Self.remarksAtMost - notes.count)
        notes += evidence.notes.prefix(room).map { "\(evidence.rebuilt.scene.name): \($0)" }
    }
}
