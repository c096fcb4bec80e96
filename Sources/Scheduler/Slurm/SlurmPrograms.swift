internal import CommandSupport
internal import Foundation

/// Slurm's own programs, as far as a submission needs them.
struct SlurmPrograms {
    /// Paths of programs that were found; `scontrol` need not be there.
    let sbatch: String
    let scontrol: String?

    /// Looks for the programs in `PATH`.
    ///
    /// - Throws: `CommandFailure` where there is no `sbatch`.
    init(path: String = ProcessInfo.processInfo.environment["PATH"] ?? "") throws {
        func find(_ name: String) -> String? {
            path.split(separator: ":").map { "\($0)/\(name)" }.first {
                FileManager.default.isExecutableFile(atPath: $0)
            }
        }
        guard let sbatch = find("sbatch") else {
            throw CommandFailure(
                .environment,
                "there is no sbatch in PATH: --submit works where jobs are submitted; without it the script is printed, to be taken there"
            )
        }
        self.sbatch = sbatch
        scontrol = find("scontrol")
    }

    /// Submits a script, and gives the job's number.
    ///
    /// - Throws: `CommandFailure` with what Slurm said.
    func submit(_ script: SlurmScript) throws -> String {
        if let scontrol,
            let limit = Self.maximumArraySize(
                inConfiguration: (try? Self.run(scontrol, ["show", "config"]).output) ?? ""
            ),
            let flaw = Self.flaw(tasks: script.tasks, maximumArraySize: limit)
        {
            throw CommandFailure(.configuration, flaw)
        }
        let result = try Self.run(sbatch, ["--parsable"], input: script.text)
        guard result.status == 0 else {
            let said = result.errors.trimmingCharacters(in: .whitespacesAndNewlines)
            throw CommandFailure(.environment, "sbatch refused the job (it left with \(result.status)): \(said)")
        }
        // "1234" or, of several clusters, "1234;name".
        return String(result.output.trimmingCharacters(in: .whitespacesAndNewlines).prefix { $0 != ";" })
    }

    /// `MaxArraySize` of `scontrol show config`; nil where it does not say.
    static func maximumArraySize(inConfiguration text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2, parts[0] == "MaxArraySize" { return Int(parts[1]) }
        }
        return nil
    }

    /// Why an array is too large, nil where it is not.
    ///
    /// Slurm's limit is one more than the largest index.
    static func flaw(tasks: Int, maximumArraySize limit: Int) -> String? {
        guard tasks > limit else { return nil }
        guard limit > 0 else { return "this cluster has no job arrays (MaxArraySize=0)" }
        return
            "--array \(tasks) is more than this cluster allows (MaxArraySize=\(limit)): give --array \(limit) or less, and the same"
            + " command again when its tasks are over"
    }

    private struct Ending {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs a program to its end.
    ///
    /// What it is given and what it says fits into pipes' buffers: a script of a few KB, a number, a message.
    private static func run(_ program: String, _ arguments: [String], input: String = "") throws -> Ending {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let (given, said, complained) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (given, said, complained)
        do {
            try process.run()
            // A program that leaves without reading closes the pipe; SIGPIPE is ignored, and its own words say why.
            try? given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try? given.fileHandleForWriting.close()
        } catch {
            throw CommandFailure(.environment, "cannot start '\(program)': \(error.localizedDescription)")
        }
        let output = said.fileHandleForReading.readDataToEndOfFile()
        let errors = complained.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Ending(
            status: process.terminationStatus,
            output: String(decoding: output, as: UTF8.self),
            errors: String(decoding: errors, as: UTF8.self)
        )
    }
}
