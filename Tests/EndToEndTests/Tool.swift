import Foundation

/// The built programs, run as a user would.
enum Tool {
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The folder of the built programs: that of the test program itself.
    static let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Whether the programs are there; a filtered build may lack them.
    static var isBuilt: Bool {
        ["occ-scheduler", "occ-worker"].allSatisfy { FileManager.default.isExecutableFile(atPath: path($0)) }
    }

    /// Runs a command line of the shell.
    static func shell(_ line: String) async throws -> Result {
        try await start(URL(fileURLWithPath: "/bin/sh"), ["-c", line]).result(timeoutSeconds: 600)
    }

    /// Starts a program with its output going to files in a folder of its own, and with variables beside this process's.
    static func start(
        _ name: String,
        _ arguments: [String],
        environment variables: [String: String] = [:]
    ) throws -> Running {
        try start(URL(fileURLWithPath: path(name)), arguments, environment: variables)
    }

    private static func start(
        _ program: URL,
        _ arguments: [String],
        environment variables: [String: String] = [:]
    ) throws -> Running {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment
        environment["OCC_DATABASE_URL"] = nil
        process.environment = environment.merging(variables) { $1 }
        process.standardInput = FileHandle.nullDevice
        for file in ["output", "errors"] {
            _ = FileManager.default.createFile(atPath: folder.appendingPathComponent(file).path, contents: nil)
        }
        process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent("output"))
        process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("errors"))
        try process.run()
        return Running(process: process, folder: folder)
    }

    /// Runs a program to its end, for at most ten minutes.
    static func run(_ name: String, _ arguments: [String]) async throws -> Result {
        try await start(name, arguments).result(timeoutSeconds: 600)
    }

    /// Runs `occ-scheduler`.
    static func scheduler(_ arguments: String...) async throws -> Result {
        try await run("occ-scheduler", arguments)
    }
}

/// A program that was started.
struct Running {
    let process: Process
    let folder: URL

    var processID: Int32 { process.processIdentifier }
    var errors: String { (try? String(contentsOf: folder.appendingPathComponent("errors"), encoding: .utf8)) ?? "" }

    /// Waits for the end; kills the program when it takes too long.
    func result(timeoutSeconds: Double) async throws -> Tool.Result {
        let deadline = Date().addingTimeInterval(timeoutSeconds)
        while process.isRunning && Date() < deadline { try await Task.sleep(nanoseconds: 20_000_000) }
        if process.isRunning {
            kill(processID, SIGKILL)
            throw TimeoutError(text: "still running after \(timeoutSeconds) s; it said:\n\(errors)")
        }
        let output = try String(contentsOf: folder.appendingPathComponent("output"), encoding: .utf8)
        let result = Tool.Result(status: process.terminationStatus, output: output, errors: errors)
        try? FileManager.default.removeItem(at: folder)
        return result
    }

    /// Waits until a condition holds.
    func wait(timeoutSeconds: Double, for what: String, until condition: () throws -> Bool) async throws {
        let deadline = Date().addingTimeInterval(timeoutSeconds)
        while try !condition() {
            guard Date() < deadline else { throw TimeoutError(text: "waited for \(what); it said:\n\(errors)") }
            guard process.isRunning else { throw TimeoutError(text: "ended before \(what); it said:\n\(errors)") }
            try await Task.sleep(nanoseconds: 50_000_000)
        }
    }
}

struct TimeoutError: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
