internal import CommandSupport
internal import Datasets
internal import Foundation
internal import JobQueue
internal import OccInference
internal import Runs
internal import Storage
internal import SystemSupport

/// A run as a command line asks for it, checked against dataset and model before anything is queued.
struct RunPlan: Sendable {
    let name: String
    let settings: RunSettings
    let dataset: ResolvedDataset
    let priority: Int
    let maximumAttempts: Int

    /// Reads the dataset's tables and the model package, and works out the run's name.
    ///
    /// - Throws: `DatasetError`, `ModelPackageError`, `FileError`, `CommandFailure`: nothing was changed anywhere.
    static func make(_ options: SubmissionOptions) throws -> RunPlan {
        let model = try openModel(Paths.absolute(options.model))
        let settings = RunSettings(
            datasetRoot: Paths.absolute(options.dataset),
            datasetVersion: options.datasetVersion,
            split: options.split ?? RunSettings.everyScene,
            modelConfiguration: model.configuration.name,
            modelDigest: model.digest,
            modelPath: model.source,
            precision: options.precision,
            outputDirectory: Paths.absolute(options.output)
        )
        return RunPlan(
            name: options.runName ?? RunIdentity.name(of: settings),
            settings: settings,
            dataset: try resolve(settings, skipMissing: options.skipMissing),
            priority: options.priority,
            maximumAttempts: options.maximumAttempts
        )
    }

    /// The plan of a run that was submitted before, from what the queue keeps of it.
    static func remake(_ status: RunStatus, skipMissing: Bool) throws -> RunPlan {
        let settings = try RunSettings(json: status.settings, run: status.name)
        let model = try openModel(settings.modelPath)
        guard model.digest == settings.modelDigest else {
            throw CommandFailure(
                .configuration,
                "'\(settings.modelPath)' is not the model package of run '\(status.name)' any more"
                    + " (its digest is \(model.digest), the run's \(settings.modelDigest)): put the old one back, or start a new run"
            )
        }
        return RunPlan(
            name: status.name,
            settings: settings,
            dataset: try resolve(settings, skipMissing: skipMissing),
            priority: status.priority,
            maximumAttempts: status.maximumAttempts
        )
    }

    private static func openModel(_ path: String) throws -> ModelPackage {
        guard Folders.exists(path) else {
            throw CommandFailure(
                .configuration,
                "there is no model package '\(path)'; make one with `occ-scheduler import-model`"
            )
        }
        let model = try ModelPackage(path: path)
        try model.verify()
        return model
    }

    private static func resolve(_ settings: RunSettings, skipMissing: Bool) throws -> ResolvedDataset {
        let dataset = try NuScenesDataset.open(root: settings.datasetRoot, version: settings.datasetVersion)
        let split = settings.split == RunSettings.everyScene ? nil : settings.split
        let resolved: ResolvedDataset
        do {
            resolved = try dataset.resolve(split: split, options: ResolutionOptions(skipMissing: skipMissing))
        } catch {
            guard case .unresolvedScenes = error else { throw error }
            throw CommandFailure(.configuration, "\(error)\n  (--skip-missing queues the other scenes)")
        }
        guard !resolved.scenes.isEmpty else {
            throw CommandFailure(
                .configuration,
                "no scene of split '\(settings.split)' can be worked on in '\(dataset.root)'"
                    + resolved.omitted.prefix(5).map { "\n  \($0)" }.joined()
            )
        }
        return resolved
    }

    /// Queues what is missing: new scenes, and those that failed or were cancelled before.
    func submit(to queue: JobQueue) async throws -> SubmissionReport {
        var text = try settings.encoded()
        if let existing = try await queue.runStatus(name) {
            // The model file may have moved since; the run keeps the settings it was first submitted with.
            let stored = try RunSettings(json: existing.settings, run: name)
            if stored.definesSameRun(as: settings) { text = existing.settings }
        }
        // Workers write only where this folder is, so that an output folder that is not mounted is noticed.
        try RunDirectory(output: settings.outputDirectory, run: name).create()
        let submission = RunSubmission(
            name: name,
            settings: text,
            kind: settings.kind,
            formatVersion: RunSettings.currentFormatVersion,
            priority: priority,
            maximumAttempts: maximumAttempts
        )
        return try await queue.submit(submission, scenes: SceneSubmissions(scenes: dataset.scenes))
    }

    /// Says what was left out and what was queued.
    func announce(_ report: SubmissionReport) {
        for omission in dataset.omitted { Terminal.say("warning: \(omission)") }
        var parts: [String] = []
        if report.inserted > 0 { parts.append("\(report.inserted) new") }
        if report.requeued > 0 { parts.append("\(report.requeued) failed or cancelled before, queued again") }
        if report.alreadyQueued > 0 { parts.append("\(report.alreadyQueued) waiting or in work") }
        if report.alreadyDone > 0 { parts.append("\(report.alreadyDone) done before") }
        Terminal.say(
            "run \(name): \(report.total) scenes, \(dataset.sampleCount) samples (\(parts.joined(separator: ", ")))"
        )
    }
}

/// A split's scenes as the queue takes them, packed one by one so that their payloads are never all in memory.
private struct SceneSubmissions: AsyncSequence, Sendable {
    let scenes: [SceneFrames]

    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ArraySlice<SceneFrames>

        mutating func next() async throws -> SceneSubmission? {
            guard let scene = rest.popFirst() else { return nil }
            return SceneSubmission(
                name: scene.name,
                sampleCount: scene.samples.count,
                payload: try ScenePayload.encode(scene)
            )
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: scenes[...]) }
}
