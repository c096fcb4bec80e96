internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import Logging
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

            Exit codes: 0 nothing was left to do (--exit-when-idle, --exit-when-done); 2 usage or configuration; 3 this host or the \
            database does not let it go on (disk full, folder read-only, password changed, right missing); 130 told to stop. Start it \
            again after 3 and 130, not after 0 and 2.
            """
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @Option(help: ArgumentHelp("Inference threads (default: one a physical core).", valueName: "n"))
    var slots: Int?

    @Option(
        help: ArgumentHelp(
            "Keep slot i on physical core n + i of those that this process may use, counted from 0; its memory is then that core's.",
            valueName: "n"
        )
    )
    var pin: Int?

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

    @Option(
        help: ArgumentHelp(
            """
            Answer GET /metrics there, for Prometheus; a port alone is one of this machine, port 0 any that is free. A port that is \
            taken ends the worker with 3 before it works.
            """,
            valueName: "host:port"
        )
    )
    var metrics: String?

    @Option(
        help: ArgumentHelp(
            "Write the same figures to this file every 15 s, for node_exporter; must end in .prom.",
            valueName: "file"
        )
    )
    var metricsFile: String?

    @Option(help: ArgumentHelp("Leave when this process is no longer the parent.", visibility: .hidden))
    var parent: Int32?

    @Option(
        help: ArgumentHelp("What to log: trace, debug, info, notice, warning, error, critical.", valueName: "level"),
        transform: Self.logLevel
    )
    var logLevel: Logger.Level = .info

    @OptionGroup var logs: LogOptions

    func validate() throws {
        if let flaw = ServePlan.flaw(slots: slots, exitWhenIdle: exitWhenIdle, pin: pin) { throw ValidationError(flaw) }
    }

    func run() async throws {
        let database = try databaseOptions.choice(use: .never)
        let logFile = try WorkerLog(path: log.map(Paths.absolute))
        try logFile.redirectStandardError()
        // Whoever decides, beats or signals must not wait for a reader of standard error.
        Terminal.neverWait()
        let level = logLevel
        let format = logs.logFormat
        LoggingSystem.bootstrap { label -> any LogHandler in
            var handler: any LogHandler =
                format == .json ? JSONLogHandler(label: label) : StreamLogHandler(label: label, stream: LogStream())
            handler.logLevel = level
            return handler
        }
        let outlets = try MeterOutlets(listen: metrics, file: metricsFile)
        let signals = SignalWatcher.takeOver()
        let lastResort = LastResort()
        signals.onInterrupt(lastResort.signalled)
        let models = try ModelShelf(onlyModel: model.map(Paths.absolute))
        let plan = try ServePlan(
            self,
            database: database,
            timing: .fromEnvironment(),
            identity: ProcessInfo.processInfo.environment[WorkerEnvironment.identity]
                ?? WorkerDescription.newIdentity(),
            cores: PhysicalCores.count(),
            cpus: PhysicalCores.firstCPUs()
        )
        try await WorkerProcess(
            plan: plan,
            models: models,
            logFile: logFile,
            lastResort: lastResort,
            outlets: outlets,
            logger: Logger(label: "occ-worker")
        ).run()
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

    private static func logLevel(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw ValidationError("'\(text)' is no log level")
        }
        return level
    }
}
