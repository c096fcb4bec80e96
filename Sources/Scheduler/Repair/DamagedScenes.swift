internal import JobQueue
internal import RunContract
internal import Scoring
internal import Storage

/// Finds the scenes of a run whose stored files are damaged or missing, and queues exactly those again.
///
/// What the queue accepted is the measure: lease, name, size and SHA-256 of each file; `run.json` is not needed.
struct DamagedScenes: Sendable {
    /// Accepted files that were checked.
    let files: Int
    /// Scenes that were queued again, and what was wrong with their files.
    let requeued: [VerificationReport.Finding]
    /// Where the damaged files are now.
    let setAside: [String]
    /// Files that this process could not read; their scenes were left as they are.
    let unreadable: [VerificationReport.Finding]

    /// Checks every accepted file of a run, sets the bad ones aside and queues their scenes again.
    ///
    /// Safe to repeat: what was set aside before an interruption is found missing by the next call.
    ///
    /// - Parameters:
    ///   - directory: the run's folder as this host sees it.
    ///   - software: name and version of the program, for the identity of a folder of version 0.1.
    ///   - progress: called after each file with how many of how many are checked.
    /// - Throws: `ForeignFolderError`; `RunContractError` for a row that names a file of no lease of this run; `PostgresError`, `StorageError`,
    ///   `FileError`.
    static func requeue(
        of status: RunStatus,
        in directory: any RunStore,
        queue: JobQueue,
        software: String = "occ",
        progress: (_ checked: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> DamagedScenes {
        // What another queue accepted is no damage, whatever this one thinks of it.
        try await RunFolder(directory, queue: queue, software: software).check(status)
        let accepted = try await accepted(of: status, in: directory, queue: queue)
        let report = try directory.verify(accepted, progress: progress)
        // Files that the queue does not know are no damage; those that cannot be read may be good.
        let bad = report.findings.filter { ![.extra, .unreadable].contains($0.problem) }
        var places: [String] = []
        for finding in bad {
            if let key = finding.key, let place = try directory.setAside(key) { places.append(place) }
        }
        let scenes = Set(bad.compactMap(\.scene))
        // Only what was looked at: another repair may have had a scene done anew meanwhile.
        let leases = accepted.scenes.filter { scenes.contains($0.name) }.compactMap { scene in
            scene.lease.map { (scene.name, $0) }
        }
        if !leases.isEmpty {
            try await queue.requeueDone(run: status.name, leases: Dictionary(leases) { first, _ in first })
        }
        return DamagedScenes(
            files: report.files,
            requeued: bad,
            setAside: places,
            unreadable: report.findings.filter { $0.problem == .unreadable }
        )
    }

    /// What the queue accepted, in the form that files are verified by.
    private static func accepted(
        of status: RunStatus,
        in directory: any RunStore,
        queue: JobQueue
    ) async throws -> RunManifest {
        let settings = try RunSettings(json: status.settings, run: status.name)
        let scenes = try await queue.mapResults(run: status.name) { try scene($0, in: directory) }
        return settings.manifest(of: status.name, samples: nil, software: "", writtenAt: "", scenes: scenes)
    }

    private static func scene(_ stored: StoredResult, in directory: any RunStore) throws -> RunManifest.Scene {
        guard try stored.result.fileName == SceneFileKey(scene: stored.sceneName, lease: stored.lease).fileName() else {
            throw RunContractError(
                "the result of scene '\(stored.sceneName)' names file '\(stored.result.fileName)', which lease \(stored.lease)"
                    + " does not write; queue the scene again with `occ-scheduler verify --requeue`"
            )
        }
        // The queue keeps no tokens of samples; the digest of the whole file says more. A file without a whole index is found
        // damaged whatever stands here.
        let reader = try? directory.open(stored.result.fileName)
        return RunManifest.Scene(
            name: stored.sceneName,
            sampleTokens: reader?.entries.map(\.token) ?? [],
            lease: stored.lease,
            fileName: stored.result.fileName,
            byteCount: Int(stored.result.byteCount),
            sha256: stored.result.digest
        )
    }
}
