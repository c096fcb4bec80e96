internal import Foundation

/// Runs other programs to their end.
package enum Command {
    package struct Result: Sendable {
        package let status: Int32
        /// What it wrote to standard output, and to standard error where both were asked for.
        package let bytes: [UInt8]

        package var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Runs a program with nothing on its standard input.
    ///
    /// - Parameters:
    ///   - folder: where it works; nil: where this process does.
    ///   - environment: all of its variables; nil: those of this process.
    ///   - keepsErrors: whether standard error comes with the output; it is thrown away otherwise.
    package static func run(
        _ path: String,
        _ arguments: [String],
        in folder: String? = nil,
        environment: [String: String]? = nil,
        keepsErrors: Bool = false
    ) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        if let environment { process.environment = environment }
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        if keepsErrors { process.standardError = output } else { process.standardError = FileHandle.nullDevice }
        try process.run()
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return Result(status: process.terminationStatus, bytes: bytes)
    }
}

/// Programs that read what ours write.
package enum Python {
    /// A Python with numpy: `$OCC_PYTHON`, else `python3`; nil, with the reason printed, where neither has it.
    package static let withNumPy = find(modules: ["numpy"])
    /// The same with lz4 besides.
    package static let withNumPyAndLZ4 = find(modules: ["lz4.frame", "numpy"])

    private static func find(modules: [String]) -> String? {
        let named = ProcessInfo.processInfo.environment["OCC_PYTHON"]
        let candidates = [named, "/usr/bin/python3", "/usr/local/bin/python3"].compactMap { $0 }
        for candidate in candidates where FileManager.default.isExecutableFile(atPath: candidate) {
            let result = try? Command.run(candidate, ["-c", "import \(modules.joined(separator: ", "))"])
            if result?.status == 0 { return candidate }
        }
        print("skipped: no Python with \(modules.joined(separator: " and ")); set OCC_PYTHON to one that has them")
        return nil
    }
}
