internal import Foundation
public import JobQueue
public import Storage

/// Writes a run's `run.json` from what the queue accepted.
public struct ManifestPublisher: Sendable {
    private let queue: JobQueue
    private let software: String

    /// Makes a publisher.
    ///
    /// - Parameter software: name and version of the program, for the manifest.
    public init(queue: JobQueue, software: String) {
        self.queue = queue
        self.software = software
    }

    /// Results read from the queue at a time.
    private static let pageSize = 250

    /// Writes the manifest of a run as it stands, whole or not at all; several processes may, one after the other or at once.
    ///
    /// Sample tokens come from the index of each accepted scene file, so the output folder must be at hand.
    ///
    /// A whole scene file that the queue does not count stays in the manifest, or comes into it (`KeptScenes`).
    ///
    /// - Parameter outputDirectory: the output folder as this host sees it.
    /// - Throws: `ForeignFolderError` where the folder is another queue's; `PostgresError`, `StorageError`, `FileError`.
    @discardableResult
    public func publish(_ status: RunStatus, outputDirectory: String) async throws -> RunManifest {
        let settings = try RunSettings(json: status.settings, run: status.name)
        let directory = try RunStores.open(output: outputDirectory, run: status.name)
        try await RunFolder(directory, queue: queue, software: software).check(status)
        var scenes = try await queue.mapResults(run: status.name) { try Self.doneScene($0, in: directory) }
        keepWork(of: &scenes, in: directory)
        scenes += try await unfinishedScenes(status.name)
        var manifest = settings.manifest(
            of: status.name,
            samples: status.counts.samplesTotal,
            software: software,
            writtenAt: ISO8601DateFormatter().string(from: Date()),
            scenes: scenes
        )
        try KeptScenes(directory).add(to: &manifest)
        try directory.writeManifest(manifest)
        return manifest
    }

    /// Takes from the manifest that is replaced what a rebuilt queue does not know: what a scene's work was.
    private func keepWork(of scenes: inout [RunManifest.Scene], in directory: any RunStore) {
        guard scenes.contains(where: { $0.work == nil }), let former = try? directory.readManifest() else { return }
        let earlier = Dictionary(former.scenes.map { ($0.name, $0) }) { first, _ in first }
        for place in scenes.indices where scenes[place].work == nil {
            guard let before = earlier[scenes[place].name], before.sha256 == scenes[place].sha256 else { continue }
            scenes[place].work = before.work
        }
    }

    /// Scenes without an accepted result, with the last error of those that had one.
    private func unfinishedScenes(_ run: String) async throws -> [RunManifest.Scene] {
        let failures = try await queue.failures(run: run, limit: 1_000_000)
        let errors = Dictionary(failures.map { ($0.sceneName, $0.lastError) }) { first, _ in first }
        var scenes: [RunManifest.Scene] = []
        var lastSceneID: Int64 = 0
        while true {
            let page = try await queue.unfinishedScenes(run: run, afterSceneID: lastSceneID, limit: Self.pageSize)
            scenes += page.map { scene in
                RunManifest.Scene(
                    name: scene.sceneName,
                    state: Self.manifestState(scene.state),
                    sampleTokens: [],
                    failure: errors[scene.sceneName]
                )
            }
            guard let last = page.last, page.count == Self.pageSize else { return scenes }
            lastSceneID = last.sceneID
        }
    }

    private static func doneScene(_ stored: StoredResult, in directory: any RunStore) throws -> RunManifest.Scene {
        let reader = try directory.open(stored.result.fileName)
        var scene = RunManifest.Scene(
            name: stored.sceneName,
            sampleTokens: reader.entries.map(\.token),
            lease: stored.lease,
            fileName: stored.result.fileName,
            byteCount: Int(stored.result.byteCount),
            sha256: stored.result.digest,
            metrics: stored.result.metrics.map { Data($0).base64EncodedString() }
        )
        scene.work = work(stored)
        return scene
    }

    /// What a result took; nil for one that came from a folder and not from a worker.
    static func work(_ stored: StoredResult) -> RunManifest.Work? {
        guard stored.result.elapsedSeconds > 0, stored.result.elapsedSeconds.isFinite else { return nil }
        return RunManifest.Work(
            host: stored.host,
            completedAt: stored.completedAt.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            elapsedSeconds: stored.result.elapsedSeconds,
            predictionSeconds: stored.result.inferenceSeconds,
            computedSamples: stored.result.computedSampleCount
        )
    }

    private static func manifestState(_ state: SceneState) -> RunManifest.SceneState {
        switch state {
        case .done: .done
        case .failed: .failed
        case .quarantined: .quarantined
        case .cancelled: .cancelled
        case .queued, .leased: .unfinished
        }
    }
}
