internal import CommandSupport
internal import JobQueue
internal import PostgresClient
internal import SystemSupport

/// What `serve` was asked for, as a value: what to work on, by which times, and when to leave.
struct ServePlan {
    let slotCount: Int
    /// The CPU of each slot; nil where the system decides.
    let slotCPUs: [Int]?
    /// Work on this run only.
    let runName: String?
    /// Where this host finds what the submitting host named.
    let mounts: PredictionWork.Mounts
    let exitWhenIdleSeconds: Double?
    let exitsWhenDone: Bool
    let parentProcessID: Int32?
    /// What the worker registers as.
    let identity: String
    let database: DatabaseChoice
    let schema: String
    let timing: QueueTiming
    let connection: PostgresConfiguration

    /// Makes a plan of arguments and of what the environment says.
    ///
    /// - Parameters:
    ///   - identity: what the worker registers as.
    ///   - cores: how many slots there are where nobody said.
    ///   - cpus: a CPU of every physical core.
    /// - Throws: `PostgresError` for an address that cannot be read, `CommandFailure` for more pinned slots than there are cores.
    init(
        _ arguments: ServeCommand,
        database: DatabaseChoice,
        timing: QueueTiming,
        identity: String,
        cores: Int,
        cpus: [Int]
    ) throws {
        // Where slots are pinned behind others' cores, the rest of the cores are theirs.
        let slotCount = arguments.slots ?? max(1, arguments.pin.map { min(cores, cpus.count - $0) } ?? cores)
        self.slotCount = slotCount
        slotCPUs = try arguments.pin.map { first in
            guard !cpus.isEmpty else {
                throw CommandFailure(
                    .environment,
                    "--pin: which cores this host has cannot be read from /sys/devices/system/cpu"
                )
            }
            guard first + slotCount <= cpus.count else {
                throw CommandFailure(
                    .configuration,
                    "--pin \(first) with \(slotCount) slots needs \(first + slotCount) physical cores; this process may use \(cpus.count)"
                )
            }
            return Array(cpus[first..<(first + slotCount)])
        }
        runName = arguments.runName
        mounts = PredictionWork.Mounts(
            datasetRoot: arguments.datasetRoot.map(Paths.absolute),
            outputDirectory: arguments.output.map(Paths.absolute)
        )
        exitWhenIdleSeconds = arguments.exitWhenIdle
        exitsWhenDone = arguments.exitWhenDone
        parentProcessID = arguments.parent
        schema = arguments.databaseOptions.schema
        self.identity = identity
        self.database = database
        var timing = timing
        // A call that waits longer than this would only report a lease that is lost by then.
        timing.patienceSeconds = timing.heartbeatIntervalSeconds
        self.timing = timing
        var connection = try PostgresConfiguration(connectionString: database.connectionString ?? "")
        // A server that is gone without a word behind a proxy must not hold calls for longer than the leases last.
        connection.statementTimeoutSeconds = min(connection.statementTimeoutSeconds, timing.expirySeconds)
        self.connection = connection
    }

    /// What is wrong with arguments that can be judged alone; nil if nothing is.
    static func flaw(slots: Int?, exitWhenIdle: Double?, pin: Int? = nil) -> String? {
        if let pin, !(0...8191).contains(pin) { return "--pin must be 0 to 8191" }
        guard (1...1024).contains(slots ?? 1) else { return "--slots must be 1 to 1024" }
        if let exitWhenIdle, !(exitWhenIdle >= 0) { return "--exit-when-idle must be 0 or more" }
        return nil
    }

    /// The settings of the service.
    ///
    /// - Parameters:
    ///   - host: this host's name.
    ///   - processID: this process's id.
    ///   - kernels: the binary kernels that this host computes with.
    func settings(host: String, processID: Int32, kernels: String) -> WorkerService.Settings {
        WorkerService.Settings(
            slotCount: slotCount,
            slotCPUs: slotCPUs,
            exitWhenIdleSeconds: exitWhenIdleSeconds,
            exitsWhenDone: exitsWhenDone,
            parentProcessID: parentProcessID,
            description: WorkerDescription(
                host: host,
                pid: Int(processID),
                slots: slotCount,
                version: BuildInformation.version,
                identity: identity,
                kernels: kernels
            ),
            timing: timing,
            outputDirectory: mounts.outputDirectory
        )
    }
}
