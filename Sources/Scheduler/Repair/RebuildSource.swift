internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import Foundation
internal import JobQueue
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage

/// What a run is made anew from, beside its files: its identity and the dataset's tables.
struct RebuildSource {
    let identity: FolderIdentity
    /// Where the dataset is now.
    let datasetRoot: String
    /// What is not as it should be, but stops nothing.
    private(set) var remarks: [String] = []

    /// Finds the identity of a folder, or makes one up for a folder of version 0.1; nil for imported predictions.
    ///
    /// - Throws: `CommandFailure` where something has to be told that the folder does not say; `StorageError`, `PostgresError`.
    static func find(
        _ directory: any RunStore,
        queue: JobQueue,
        dataset: String?,
        model: String?
    ) async throws -> RebuildSource? {
        let root = dataset.map(Paths.absolute)
        if let identity = try directory.readIdentity() {
            let settings = try RunSettings(json: identity.settings, run: identity.name)
            return RebuildSource(identity: identity, datasetRoot: root ?? settings.datasetRoot)
        }
        let manifest = try? directory.readManifest()
        guard manifest?.precision != PredictionImport.precision else { return nil }
        let readers = try directory.sceneFiles().lazy.filter(\.isFinished).compactMap {
            try? directory.reader(of: $0.key)
        }
        guard let reader = readers.first else {
            throw CommandFailure(
                .configuration,
                "'\(directory.place)' has neither identity.json nor a whole scene file, so nothing says what the run is; submit it again"
                    + " under another name with --run"
            )
        }
        let header = reader.header
        guard header.precision != PredictionImport.precision else { return nil }
        let status = try await queue.runStatus(directory.run)
        let queued = try status.map { try RunSettings(json: $0.settings, run: $0.name) }
        guard queued != nil || mayBeOfVersion01(header, manifest?.settings ?? [:]) else {
            throw CommandFailure(
                .configuration,
                "'\(directory.place)' has no identity.json, which says what the run is; bring it back from a copy of the folder, or submit"
                    + " the run again under another name with --run"
            )
        }
        guard let root = root ?? manifest?.datasetFolder, let model = model.map(Paths.absolute) ?? queued?.modelPath
        else {
            throw CommandFailure(
                .configuration,
                "'\(directory.place)' is of version 0.1 and does not say where its model package and its dataset are; give --model FILE"
                    + " and --dataset DIR"
            )
        }
        let settings =
            queued
            ?? RunSettings(
                datasetRoot: root,
                datasetVersion: header.datasetVersion,
                split: header.split,
                modelConfiguration: header.model,
                modelDigest: header.modelDigest,
                modelPath: model,
                outputDirectory: directory.output,
                rescaleIntrinsics: manifest?.settings[RunSettings.rescaleIntrinsicsKey] == "true"
            )
        let identity = FolderIdentity(
            queue: "",
            queuePlace: "unknown",
            run: status?.identity ?? UUID().uuidString.lowercased(),
            name: directory.run,
            kind: settings.kind,
            runFormatVersion: status?.formatVersion ?? settings.formatVersion,
            settings: try status?.settings ?? settings.encoded(),
            priority: status?.priority ?? 0,
            maximumAttempts: status?.maximumAttempts ?? 3,
            skipsMissing: true,
            predicts: reader.entries.first?.kind ?? .occupancy,
            software: BuildInformation.software
        )
        return RebuildSource(identity: identity, datasetRoot: root)
    }

    /// Reads the tables and prepares the work.
    ///
    /// Pictures are not looked for, except where the submission left out scenes that were not whole.
    ///
    /// - Throws: `DatasetError`, `CommandFailure`, `RunContractError`.
    mutating func rebuild(_ directory: any RunStore, queue: JobQueue) throws -> RunRebuild {
        let settings = try RunSettings(json: identity.settings, run: identity.name)
        let tables: any DatasetSource
        do {
            tables = try DatasetKind.of(settings, run: identity.name).open(datasetRoot, settings.datasetVersion)
        } catch {
            throw CommandFailure(
                .configuration,
                "the dataset of run '\(identity.name)' is needed to make its queue anew: \(error)\n  (say where it is with --dataset DIR)"
            )
        }
        let split = settings.namedSplit
        let resolved = try tables.resolve(
            split: split,
            options: ResolutionOptions(skipMissing: true, imageCheck: .none)
        )
        for omission in resolved.omitted { remarks.append("\(omission)") }
        var scenes = resolved.scenes
        if identity.skipsMissing {
            let whole = try tables.resolve(split: split, options: ResolutionOptions(skipMissing: true)).scenes
            let wanted = Set(whole.map(\.name)).union(try directory.sceneFiles().map(\.scene))
            scenes.removeAll { !wanted.contains($0.name) }
        }
        guard !scenes.isEmpty else {
            throw CommandFailure(
                .configuration,
                "the tables in '\(datasetRoot)' have no whole scene of run '\(identity.name)'"
            )
        }
        var annotations: [String: DetectionSceneTruth]?
        if identity.predicts == .detections {
            do {
                annotations = try RunTruth.annotations(of: scenes, in: tables, split: split)
            } catch {
                remarks.append("the annotations cannot be used, so the run will have no score: \(error)")
            }
        }
        return try RunRebuild(
            identity: identity,
            directory: directory,
            queue: queue,
            scenes: scenes,
            annotations: annotations,
            labels: tables.labels
        )
    }

    /// Whether version 0.1, which wrote no identity.json, may have made a run; nothing else says all of what a later one was.
    static func mayBeOfVersion01(_ header: SceneFileHeader, _ settings: [String: String]) -> Bool {
        header.precision == Precision.fp32.rawValue && settings[RunSettings.virtualRigKey] == nil
            && settings[RunSettings.reducedDecodingKey] == nil
            && (DatasetKind.named(header.dataset)?.name ?? RunSettings.formerDatasetKind)
                == RunSettings.formerDatasetKind
    }
}
