internal import CommandSupport
internal import Foundation
internal import JobQueue
internal import SystemSupport

/// The worker processes of one machine: started, watched, started again, stopped.
///
/// Used by one task only, which calls `tend` a few times a second.
final class LocalWorkers {
    /// How the workers are started.
    struct Configuration: Sendable {
        var executable: String
        var arguments: [String]
        /// What else a worker gets, by its index.
        var argumentsOfWorker: @Sendable (Int) -> [String] = { _ in [] }
        /// Added to this process's environment; holds the database URL, which must not appear in process lists.
        var environment: [String: String]
        /// Folder for each worker's output: `worker-<n>.log`, and `worker-<n>.log.1` of what was before.
        var logDirectory: String
        var count: Int
    }

    /// A worker that ended without being asked to.
    struct Death: Sendable {
        let index: Int
        let processID: Int32
        /// What it registered as in the queue.
        let identity: String
        let cause: String
        let lastWords: [String]
        /// Whether its place stays empty.
        let isGivenUp: Bool

        /// What of its last words people see: the error that it left with, where it had one.
        var shownWords: [String] { lastWords.last(where: LogLine.isError).map { [$0] } ?? lastWords }
    }

    private struct Seat {
        var process: Process?
        /// Chosen anew for each process, so that its death can be told to the queue.
        var identity = ""
        var restartAt: Double?
        var policy = RestartPolicy()
        /// Where the present process's part of the log begins.
        var logStart: UInt64 = 0
        /// The most memory that the present process was seen to have.
        var peakBytes = 0
    }

    private let configuration: Configuration
    private var seats: [Seat]
    private(set) var hasGivenUp = false

    init(_ configuration: Configuration) {
        self.configuration = configuration
        self.seats = Array(repeating: Seat(), count: configuration.count)
    }

    /// How many processes are running.
    var runningCount: Int { seats.count { $0.process?.isRunning == true } }

    /// Starts every worker.
    func start() throws {
        try Folders.create(configuration.logDirectory)
        for index in seats.indices { try launch(index) }
    }

    /// Notices deaths and performs restarts that are due; `progress` is the run's count of finished work.
    func tend(now: Double, progress: Int64) throws -> [Death] {
        var deaths: [Death] = []
        for index in seats.indices {
            if let process = seats[index].process, !process.isRunning {
                seats[index].process = nil
                let exitCode = process.terminationReason == .exit ? process.terminationStatus : nil
                let saidHostFailed =
                    exitCode == ExitStatus.environment.rawValue || exitCode == ExitStatus.configuration.rawValue
                switch seats[index].policy.workerDied(progress: progress, saidHostFailed: saidHostFailed) {
                case .restart(let delay): seats[index].restartAt = now + delay
                case .giveUp: seats[index].restartAt = nil
                }
                deaths.append(describe(process, index: index))
            } else if let process = seats[index].process {
                // Looked at while it lives: the dead leave no peak.
                seats[index].peakBytes =
                    ProcessMemory.peakBytes(of: process.processIdentifier) ?? seats[index].peakBytes
                if (try? log(index).trim()) == true { seats[index].logStart = 0 }
            }
            if let due = seats[index].restartAt, now >= due {
                seats[index].restartAt = nil
                try launch(index)
            }
        }
        hasGivenUp = seats.allSatisfy { $0.process == nil && $0.restartAt == nil }
        return deaths
    }

    /// Asks every worker to give its scene back and leave; after `graceSeconds` the rest is killed.
    func stop(graceSeconds: Double) async {
        let running = seats.compactMap(\.process).filter(\.isRunning)
        for process in running { process.terminate() }
        let deadline = MonotonicClock.nowSeconds + graceSeconds
        while running.contains(where: \.isRunning) && MonotonicClock.nowSeconds < deadline {
            try? await Task.sleep(nanoseconds: 50_000_000)
        }
        for process in running where process.isRunning { kill(process.processIdentifier, SIGKILL) }
        for index in seats.indices { seats[index] = Seat() }
    }

    private func log(_ index: Int) -> BoundedLog {
        BoundedLog(path: "\(configuration.logDirectory)/worker-\(index + 1).log")
    }

    private func launch(_ index: Int) throws {
        let (log, start) = try self.log(index).open()
        seats[index].logStart = start
        seats[index].peakBytes = 0
        let process = Process()
        process.executableURL = URL(fileURLWithPath: configuration.executable)
        process.arguments = configuration.arguments + configuration.argumentsOfWorker(index)
        let identity = WorkerDescription.newIdentity()
        process.environment = ProcessInfo.processInfo.environment.merging(configuration.environment) { $1 }
            .merging([WorkerEnvironment.identity: identity]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        do {
            try process.run()
        } catch {
            throw CommandFailure(
                .environment,
                "cannot start worker '\(configuration.executable)': \(error.localizedDescription)"
            )
        }
        seats[index].process = process
        seats[index].identity = identity
    }

    private func describe(_ process: Process, index: Int) -> Death {
        let cause =
            process.terminationReason == .uncaughtSignal
            ? "killed by signal \(process.terminationStatus) (\(Self.signalName(process.terminationStatus)))"
            : process.terminationStatus == ExitStatus.interrupted.rawValue
                ? "was told to stop by somebody else (exit code 130)"
                : "left with exit code \(process.terminationStatus)"
        return Death(
            index: index,
            processID: process.processIdentifier,
            identity: seats[index].identity,
            cause: cause + String(format: ", peak memory %.0f MB", Double(seats[index].peakBytes) / 1e6),
            lastWords: LogTail.lines(ofFile: log(index).path, from: seats[index].logStart, count: 5),
            isGivenUp: seats[index].restartAt == nil
        )
    }

    private static func signalName(_ number: Int32) -> String {
        let names: [Int32: String] = [
            SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT",
            SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGXFSZ: "SIGXFSZ",
        ]
        return names[number] ?? String(cString: strsignal(number))
    }
}
