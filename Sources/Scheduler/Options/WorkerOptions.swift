internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import SystemSupport

/// How many local workers a command starts.
struct WorkerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Worker processes on this machine; 0 leaves the work to workers elsewhere (default: one a core).",
            valueName: "n"
        )
    )
    var workers: Int?

    @Option(help: ArgumentHelp("Inference threads of each worker process; they share its weights.", valueName: "n"))
    var slotsPerWorker: Int = 1

    @Flag(help: "Keep each inference thread on a physical core of its own.")
    var pin = false

    func validate() throws {
        try NumberRange.require(workers ?? 1, in: 0...1024, "--workers")
        try NumberRange.require(slotsPerWorker, in: 1...256, "--slots-per-worker")
    }

    /// More processes than this on one machine is a typing error: each takes a core and some 600 MB.
    private static let mostProcessesPerCore = 4

    /// Refuses a count that the machine cannot bear.
    func check() throws {
        let most = max(8, PhysicalCores.count() * Self.mostProcessesPerCore)
        guard processCount <= most else {
            throw CommandFailure(
                .configuration,
                "--workers \(processCount) on \(PhysicalCores.count()) cores; at most \(most) are started"
            )
        }
        try checkPins(cores: PhysicalCores.firstCPUs().count)
    }

    /// Refuses more pinned threads than there are physical cores.
    func checkPins(cores: Int) throws {
        guard !pin || processCount * slotsPerWorker <= cores else {
            throw CommandFailure(
                .configuration,
                "--pin with \(processCount * slotsPerWorker) inference threads, but this process may use \(cores) physical cores"
            )
        }
    }

    /// What each worker process is told of its cores.
    func pinArguments(worker: Int) -> [String] { pin ? ["--pin", String(worker * slotsPerWorker)] : [] }

    /// The number of processes, given the machine's cores.
    var processCount: Int { workers ?? max(1, PhysicalCores.count() / slotsPerWorker) }
}
