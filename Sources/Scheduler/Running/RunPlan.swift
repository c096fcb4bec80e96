internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import Foundation
internal import JobQueue
internal import OccInference
internal import RunContract
internal import Scenes
internal import Scoring
internal import Storage
internal import SystemSupport

/// A run as a command line asks for it, checked against dataset and model before anything is queued.
struct RunPlan: Sendable {
    private(set) var name: String
    let settings: RunSettings
    /// The run's output folder now; a folder with its own queue may have been moved since the run's settings were written.
    let outputDirectory: String
    /// Whether the queue lies in the output folder.
    let isQueueInOutput: Bool
    /// The scenes, and what their scores need.
    let scenes: RunScenes
    let priority: Int
    let maximumAttempts: Int
    /// What the model package says of the network, for the run's folder; nil where it says nothing.
    private let card: ModelCard?
    private let isDetection: Bool
    private let skipMissing: Bool

    /// Reads the dataset's tables and the model package, and works out the run's name.
    ///
    /// - Parameter isQueueInOutput: whether the queue lies in the output folder.
    /// - Throws: `DatasetError`, `ModelPackageError`, `FileError`, `CommandFailure`: nothing was changed anywhere.
    static func make(_ options: SubmissionOptions, isQueueInOutput: Bool) throws -> RunPlan {
        let model = try openModel(Paths.absolute(options.model))
        // Whether a host multiplies bfloat16 is for each worker to say; scales are the same everywhere.
        if options.precision == .int8 { try PreparedModel.check(model, .int8) }
        Terminal.say("reading \(options.source.words)")
        let source = try options.source.open()
        let settings = RunSettings(
            datasetKind: options.source.kind.name,
            datasetRoot: options.source.root,
            datasetVersion: source.version,
            split: options.source.split ?? RunSettings.everyScene,
            modelConfiguration: model.configuration.name,
            modelDigest: model.digest,
            modelPath: model.source,
            precision: options.precision,
            outputDirectory: Paths.absolute(options.output),
            rescaleIntrinsics: options.rescaleIntrinsics,
            virtualRig: options.virtualCameras ? try virtualRig(of: model) : [],
            reducedDecoding: options.reducedDecoding
        )
        return try RunPlan(
            name: options.runName ?? RunIdentity.name(of: settings),
            settings: settings,
            source: source,
            outputDirectory: settings.outputDirectory,
            isQueueInOutput: isQueueInOutput,
            card: model.card,
            isDetection: model.configuration.detection != nil,
            skipMissing: options.skipMissing,
            pictures: options.checkPictures,
            priority: options.priority,
            maximumAttempts: options.maximumAttempts
        )
    }

    /// The plan of a run that was submitted before, from what the queue keeps of it.
    ///
    /// - Parameters:
    ///   - output: the output folder as this host sees it; nil for where the run says it is.
    ///   - isQueueInOutput: whether the queue lies in that folder.
    static func remake(_ status: RunStatus, output: String?, isQueueInOutput: Bool, skipMissing: Bool) throws -> RunPlan
    {
        let settings = try RunSettings(json: status.settings, run: status.name)
        let model = try openModel(settings.modelPath)
        guard model.digest == settings.modelDigest else {
            throw CommandFailure(
                .configuration,
                "'\(settings.modelPath)' is not the model package of run '\(status.name)' any more"
                    + " (its digest is \(model.digest), the run's \(settings.modelDigest)): put the old one back, or start a new run"
            )
        }
        Terminal.say("reading the dataset '\(settings.datasetRoot)', \(settings.datasetVersion)")
        return try RunPlan(
            name: status.name,
            settings: settings,
            source: DatasetKind.of(settings, run: status.name).open(settings.datasetRoot, settings.datasetVersion),
            outputDirectory: output ?? settings.outputDirectory,
            isQueueInOutput: isQueueInOutput,
            card: model.card,
            isDetection: model.configuration.detection != nil,
            skipMissing: skipMissing,
            priority: status.priority,
            maximumAttempts: status.maximumAttempts
        )
    }

    private init(
        name: String,
        settings: RunSettings,
        source: any DatasetSource,
        outputDirectory: String,
        isQueueInOutput: Bool,
        card: ModelCard?,
        isDetection: Bool,
        skipMissing: Bool,
        pictures: PictureSizeCheck = .sample,
        priority: Int,
        maximumAttempts: Int
    ) throws {
        self.name = name
        self.settings = settings
        self.outputDirectory = outputDirectory
        self.isQueueInOutput = isQueueInOutput
        self.priority = priority
        self.maximumAttempts = maximumAttempts
        self.card = card
        self.isDetection = isDetection
        self.skipMissing = skipMissing
        let options = ResolutionOptions(
            skipMissing: skipMissing,
            // Where intrinsics follow the pictures, any size will do.
            pictureSizes: settings.rescaleIntrinsics ? .none : pictures
        )
        scenes = try RunScenes(
            Self.survey(settings, in: source, options),
            in: source,
            settings: settings,
            card: card,
            isDetection: isDetection
        )
    }

    /// The cameras that a model's card names.
    ///
    /// - Throws: `CommandFailure` where it names none.
    private static func virtualRig(of model: ModelPackage) throws -> [VirtualCamera] {
        let rig = model.card?.rig ?? [:]
        guard !rig.isEmpty else {
            throw CommandFailure(
                .configuration,
                "--virtual-cameras: the card of '\(model.source)' does not say which cameras the network was trained with; write a card with"
                    + " a \"rig\" (docs/model-package.md) and put it in with `occ-scheduler add-card`, or leave the option out"
            )
        }
        // In nuScenes' order first, as other rigs are.
        let names =
            CameraOrder.published.filter { rig[$0] != nil }
            + rig.keys.filter { !CameraOrder.published.contains($0) }.sorted()
        let cameras = names.compactMap { name in
            rig[name].map {
                VirtualCamera(
                    slot: name,
                    width_px: $0.width_px,
                    height_px: $0.height_px,
                    focalX_px: $0.focalX_px,
                    focalY_px: $0.focalY_px,
                    yaw_deg: $0.yaw_deg
                )
            }
        }
        if let flawed = cameras.first(where: { !$0.isUsable }) {
            throw CommandFailure(
                .configuration,
                "--virtual-cameras: the card of '\(model.source)' has a camera that pictures cannot be made for (\(flawed.words)); sides of 1 to 4096"
                    + " pixels and focal lengths of 1 to 1000000 can"
            )
        }
        return cameras
    }

    /// Refuses a precision that this host does not compute: workers here would leave the run alone, and nobody would say why.
    ///
    /// - Throws: `InferenceError` (`unsupported`), `ModelPackageError`, `FileError`.
    func checkHost() throws {
        try PreparedModel.check(ModelFile.open(settings.modelPath), settings.precision)
    }

    /// Opens a model package and compares it with its digests.
    ///
    /// - Throws: as `ModelFile.open`; `ModelPackageError` for a damaged one.
    static func openModel(_ path: String) throws -> ModelPackage {
        let model = try ModelFile.open(path)
        Terminal.say("checking the model package '\(path)'")
        try model.verify()
        return model
    }

    private static func survey(
        _ settings: RunSettings,
        in dataset: any DatasetSource,
        _ options: ResolutionOptions
    ) throws -> SurveyedDataset {
        let survey: SurveyedDataset
        do {
            survey = try dataset.survey(split: settings.namedSplit, options: options)
        } catch {
            guard case .unresolvedScenes = error else { throw error }
            // A few pictures of the wrong size stand for others that nobody looked at.
            let hint =
                error.problems.contains { $0.kind == .pictureSize }
                ? "--check-pictures all with --skip-missing queues the other scenes"
                : "--skip-missing queues the other scenes"
            throw CommandFailure(.configuration, "\(error)\n  (\(hint))")
        }
        guard survey.sceneCount > 0 else {
            throw CommandFailure(
                .configuration,
                "no scene of split '\(settings.split)' can be worked on in '\(dataset.root)'"
                    + survey.omitted.prefix(5).map { "\n  \($0)" }.joined()
            )
        }
        return survey
    }

    /// This plan under the name that the same run has in the output folder's own queue, where the folder had another path then.
    func foundAgain(in queue: JobQueue) async throws -> RunPlan {
        guard isQueueInOutput, try await queue.runStatus(name) == nil else { return self }
        for status in try await queue.listRuns() {
            guard let stored = try? RunSettings(json: status.settings, run: status.name),
                stored.definesSameRun(as: settings, anyOutput: true), RunIdentity.name(of: stored) == status.name
            else { continue }
            Terminal.say(
                "going on with run \(status.name), which began when this folder was '\(stored.outputDirectory)'"
            )
            var plan = self
            plan.name = status.name
            return plan
        }
        return self
    }

    /// Refuses to make a new private database beside folders of this run that a lost one left behind.
    ///
    /// - Parameter isNamed: whether the user named the run; else a folder of another name counts that has the same settings but for
    ///   the place.
    func refuseLostDatabase(isNamed: Bool) throws {
        guard try !Folders.isPresent(DatabaseSession.privateDataDirectory(of: outputDirectory)) else { return }
        for directory in try RunStores.all(inOutput: outputDirectory) where try directory.hasResults() {
            let stored = try? directory.readIdentity().map { try RunSettings(json: $0.settings, run: directory.run) }
            let isSame = stored?.definesSameRun(as: settings, anyOutput: true) ?? false
            guard directory.run == name || isSame && !isNamed else { continue }
            throw CommandFailure(
                .configuration,
                """
                '\(outputDirectory)' has results of run '\(directory.run)' but no private database, so it was lost, moved away, or the \
                run belongs to another one. Nothing was changed. Choose one:
                  - go on with the database that the run belongs to: --database URL
                  - if that is lost: occ-scheduler rebuild --output \(outputDirectory) --run \(directory.run), which makes a private \
                database from what is there; then the same command goes on
                  - put new results elsewhere: another --output, or another name with --run
                """
            )
        }
    }

    /// Queues what is missing: new scenes, and those that failed or were cancelled before.
    func submit(to queue: JobQueue) async throws -> SubmissionReport {
        var text = try settings.encoded()
        var formatVersion = settings.formatVersion
        let directory = try RunStores.open(output: outputDirectory, run: name)
        let existing = try await queue.runStatus(name)
        if let existing {
            // Made anew on a host where the output folder is not mounted, it would take files that nobody finds.
            guard try isQueueInOutput || directory.isPresent() else {
                throw CommandFailure(
                    .environment,
                    "the folder of run '\(name)', '\(directory.place)', is not there; mount the output folder, or make that folder if"
                        + " its files are gone for good"
                )
            }
            // The model file may have moved since; the run keeps the settings it was first submitted with.
            let stored = try RunSettings(json: existing.settings, run: name)
            guard stored.identity == settings.identity else {
                let words = settings.identity.differences(from: stored.identity).joined(separator: ", ")
                throw CommandFailure(
                    .configuration,
                    "run '\(name)' exists already (\(stored.modelConfiguration)), and its predictions are made otherwise: \(words);"
                        + " ask for the same, or choose another name with --run"
                )
            }
            if stored.definesSameRun(as: settings, anyOutput: isQueueInOutput) { text = existing.settings }
            // A run of an earlier version goes on as it began, so that workers of that version still serve it.
            formatVersion = min(existing.formatVersion, formatVersion)
        } else if let note = try NeighbourNote.make(run: name, settings: settings, output: outputDirectory) {
            Terminal.say("note: \(note.text)")
        }
        var submission = RunSubmission(
            name: name,
            settings: text,
            kind: settings.kind,
            formatVersion: formatVersion,
            priority: priority,
            maximumAttempts: maximumAttempts
        )
        try submission.validate()
        // Workers write only where this folder is, so that an output folder that is not mounted is noticed.
        let folder = RunFolder(directory, queue: queue, software: BuildInformation.software)
        let preparation = try await folder.prepare(
            submission,
            existing: existing,
            predicts: isDetection ? .detections : .occupancy,
            skipsMissing: skipMissing
        )
        submission.identity = preparation.run
        let waiting = scenes.survey.sampleCount - (existing?.counts.samplesDone ?? 0)
        if waiting > 0 { try await sayForecast(samples: waiting, kind: submission.kind, queue) }
        KillPoint.reached(.beforeSubmit)
        do {
            let report = try await queue.submit(submission, scenes: scenes.submissions(formatVersion: formatVersion))
            KillPoint.reached(.submitAfterCommit)
            try folder.confirm(preparation)
            keepCard(in: directory)
            return report
        } catch {
            await folder.withdraw(preparation)
            throw error
        }
    }

    /// Says what the predictions will take on the disk, before anything is queued.
    private func sayForecast(samples: Int, kind: String, _ queue: JobQueue) async throws {
        let forecast = StorageForecast(
            samples: samples,
            measured: try await queue.storedSizes(kind: kind),
            isDetection: isDetection
        )
        for line in forecast.lines(freeBytes: FreeSpace.bytes(at: outputDirectory), in: outputDirectory) {
            Terminal.say(line)
        }
    }

    /// Writes the card into the run's folder, where `report` finds it; an earlier one of the same model gives way.
    private func keepCard(in directory: any RunStore) {
        do {
            guard let bytes = try card?.json(), try directory.read(.card) != bytes else { return }
            try directory.replace(.card, with: bytes)
        } catch {
            // The run is queued and does without.
            Terminal.say("warning: the model's card is not in the run's folder, so reports will not show it: \(error)")
        }
    }

    /// Says what was left out and what was queued.
    func announce(_ report: SubmissionReport) {
        for omission in scenes.survey.omitted { Terminal.say("warning: \(omission)") }
        for problem in scenes.survey.unreadablePictures { Terminal.say("warning: \(problem)") }
        if let remark = scenes.remark { Terminal.say("warning: \(remark)") }
        if !scenes.rigDifferences.isEmpty {
            Terminal.say(
                "warning: the network was trained with another rig (its card says which); expect less, and measure before you label much:"
            )
            for sentence in scenes.rigDifferences { Terminal.say("  \(sentence)") }
        }
        var parts: [String] = []
        if report.inserted > 0 { parts.append("\(report.inserted) new") }
        if report.requeued > 0 { parts.append("\(report.requeued) failed or cancelled before, queued again") }
        if report.alreadyQueued > 0 { parts.append("\(report.alreadyQueued) waiting or in work") }
        if report.alreadyDone > 0 { parts.append("\(report.alreadyDone) done before") }
        Terminal.say(
            "run \(name): \(report.total) scenes, \(scenes.survey.sampleCount) samples (\(parts.joined(separator: ", ")))"
        )
    }
}
