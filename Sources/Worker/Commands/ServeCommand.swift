internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import Logging
internal import OccInference
internal import PostgresClient
internal import RunContract
internal import Scoring
internal import SystemSupport

/// `occ-worker serve`, the default: work on scenes until told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Claim scenes and label them (the default command).",
        discussion: """
            Example: OCC_DATABASE_URL=postgresql://db.local/occ occ-worker --slots 16 --dataset-root /mnt/nuscenes

            SIGTERM or Ctrl-C: the samples in hand are stored, the scenes go back to the queue, and the worker leaves within 10 s. \
            Stored samples are taken over by whoever claims the scene next.

            Exit codes: 0 nothing was left to do (--exit-when-idle, --exit-when-done); 2 usage or configuration; 3 this host or the             database does not let it go on (disk full, folder read-only, password changed, right missing); 130 told to stop. Start it             again after 3 and 130, not after 0 and 2.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Option(help: ArgumentHelp("Inference threads (default: one a physical core).", valueName: "n"))
    var slots: Int?

    @Option(
        help: ArgumentHelp(
            "Model package (default: where the run says it is); only runs of this model are worked on.",
            valueName: "file"
        )
    )
    var model: String?

    @Option(
        help: ArgumentHelp("Where the dataset is mounted here (default: where the run says it is).", valueName: "dir")
    )
    var datasetRoot: String?

    @Option(
        help: ArgumentHelp(
            "Where the output folder is mounted here (default: where the run says it is).",
            valueName: "dir"
        )
    )
    var output: String?

    @Option(name: .customLong("run"), help: ArgumentHelp("Work on this run only.", valueName: "name"))
    var runName: String?

    @Option(
        help: ArgumentHelp(
            """
            Leave when for this long nothing is queued or leased that this worker could ever take (default: stay). Paused runs, scenes \
            that wait for a retry and scenes of other workers are something.
            """,
            valueName: "seconds"
        )
    )
    var exitWhenIdle: Double?

    @Flag(
        help:
            "Leave when nothing is queued or leased at all, of --run where that is given: for jobs that end with the run."
    )
    var exitWhenDone = false

    @Option(
        help: ArgumentHelp(
            "Append the log to this file, not to standard error; a worker that was killed over it is reported by the next one.",
            valueName: "file"
        )
    )
    var log: String?

    @Option(help: ArgumentHelp("Leave when this process is no longer the parent.", visibility: .hidden))
    var parent: Int32?

    @Option(
        help: ArgumentHelp("What to log: trace, debug, info, notice, warning, error, critical.", valueName: "level"),
        transform: Self.logLevel
    )
    var logLevel: Logger.Level = .info

    func validate() throws {
        guard (1...1024).contains(slots ?? 1) else { throw ValidationError("--slots must be 1 to 1024") }
        if let exitWhenIdle, !(exitWhenIdle >= 0) { throw ValidationError("--exit-when-idle must be 0 or more") }
    }

    func run() async throws {
        let database = try databaseOptions.choice(use: .never)
        let connectionString = database.connectionString ?? ""
        let identity =
            ProcessInfo.processInfo.environment[WorkerEnvironment.identity] ?? WorkerDescription.newIdentity()
        let logFile = try WorkerLog(path: log.map(Paths.absolute))
        try logFile.redirectStandardError()
        // Whoever decides, beats or signals must not wait for a reader of standard error.
        Terminal.neverWait()
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler(label: label, stream: LogStream())
            handler.logLevel = level
            return handler
        }
        let logger = Logger(label: "occ-worker")
        let signals = SignalWatcher()
        let lastResort = LastResort()
        signals.onInterrupt(lastResort.signalled)
        let slotCount = slots ?? PhysicalCores.count()
        let models = try ModelShelf(onlyModel: model.map(Paths.absolute))

        var timing = try QueueTiming.fromEnvironment()
        // A call that waits longer than this would only report a lease that is lost by then.
        timing.patienceSeconds = timing.heartbeatIntervalSeconds
        var configuration = try PostgresConfiguration(connectionString: connectionString)
        // A server that is gone without a word behind a proxy must not hold calls for longer than the leases last.
        configuration.statementTimeoutSeconds = min(configuration.statementTimeoutSeconds, timing.expirySeconds)
        let pool = ConnectionPool(configuration: configuration, maximumConnections: 3)
        let queue = try JobQueue(pool: pool, schema: databaseOptions.schema, timing: timing)
        logger.info("\(database.explanation(place: queue.place))")
        // Heartbeats wait for no other call: they have a connection of their own.
        let heartbeatPool = ConnectionPool(configuration: configuration, maximumConnections: 1)
        let heartbeats = try JobQueue(pool: heartbeatPool, schema: databaseOptions.schema, timing: timing)
        try await queue.checkSchema()
        await Self.report(logFile.predecessor, to: queue, logger)
        try logFile.begin(identity: identity)

        let work = PredictionWork(
            slotCount: slotCount,
            mounts: .init(datasetRoot: datasetRoot.map(Paths.absolute), outputDirectory: output.map(Paths.absolute)),
            logger: logger
        ) { settings in
            try NetworkPredictor(
                model: try models.model(for: settings),
                rescalesIntrinsics: settings.identity.rescalesIntrinsics
            )
        }
        let service = WorkerService(
            settings: .init(
                slotCount: slotCount,
                exitWhenIdleSeconds: exitWhenIdle,
                exitsWhenDone: exitWhenDone,
                parentProcessID: parent,
                description: WorkerDescription(
                    host: ProcessInfo.processInfo.hostName,
                    pid: Int(ProcessInfo.processInfo.processIdentifier),
                    slots: slotCount,
                    version: BuildInformation.version,
                    identity: identity,
                    kernels: try InferenceBackend.kernelName()
                ),
                timing: timing,
                outputDirectory: output.map(Paths.absolute)
            ),
            queue: queue,
            heartbeats: heartbeats,
            claimable: RunnableRuns(queue: queue, models: models, run: runName, logger: logger),
            sceneWork: work,
            logger: logger
        )
        lastResort.stopInOrder(service.requestStop)
        let reason = await service.run()
        logFile.end()
        let isUnknownRun = reason == .done ? try await isRunUnknown(queue) : false
        await TimeLimit.wait(seconds: 0.2) {
            await pool.close()
            await heartbeatPool.close()
        }
        try Self.judge(reason, writesRefused: service.writesRefused, unknownRun: isUnknownRun ? runName : nil)
    }

    /// Whether the worker waited in vain for the run that it was told to work on.
    private func isRunUnknown(_ queue: JobQueue) async throws -> Bool {
        guard let runName else { return false }
        return try await queue.runStatus(runName) == nil
    }

    /// What the end of the work means for whoever started it.
    ///
    /// - Throws: `CommandFailure` unless nothing was left to do and all that was done is known to the queue.
    static func judge(_ reason: WorkerExit, writesRefused: Int, unknownRun: String?) throws(CommandFailure) {
        switch reason {
        case .stopped:
            throw CommandFailure(.interrupted, "told to stop; what was stored is kept, the scenes are given back")
        case .hostFailed(let message), .refused(let message): throw CommandFailure(.environment, message)
        case .done: break
        }
        if let unknownRun {
            throw CommandFailure(
                .configuration,
                "no run named '\(unknownRun)' is in the queue; `occ-scheduler status` lists the runs"
            )
        }
        guard writesRefused == 0 else {
            throw CommandFailure(
                .environment,
                "nothing is left to do, but the database refused \(writesRefused) of this worker's results or reports for good;"
                    + " what it said is in this worker's log"
            )
        }
    }

    /// Tells the queue that the worker before this one died, where its log says so; otherwise its heartbeat's expiry will.
    private static func report(_ predecessor: WorkerLog.Predecessor?, to queue: JobQueue, _ logger: Logger) async {
        guard let predecessor else { return }
        logger.warning("the worker before this one vanished", metadata: ["identity": "\(predecessor.identity)"])
        do {
            try await queue.reportDeath(
                identity: predecessor.identity,
                cause: "vanished",
                lastWords: predecessor.lastWords
            )
        } catch {
            logger.warning("cannot report it", metadata: ["error": "\(error)"])
        }
    }

    private static func logLevel(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw ValidationError("'\(text)' is no log level")
        }
        return level
    }
}
