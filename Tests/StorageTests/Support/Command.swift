import Foundation

/// Runs another program to its end.
enum Command {
    static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, bytes: [UInt8]) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return (process.terminationStatus, bytes)
    }

    /// A Python with lz4 and numpy: `$OCC_PYTHON`, else `python3`; nil, with the reason printed, where neither has them.
    static let python: String? = {
        let named = ProcessInfo.processInfo.environment["OCC_PYTHON"]
        let candidates = [named, "/usr/bin/python3", "/usr/local/bin/python3"].compactMap { $0 }
        for candidate in candidates where FileManager.default.isExecutableFile(atPath: candidate) {
            if let result = try? run(candidate, ["-c", "import lz4.frame, numpy"]), result.status == 0 {
                return candidate
            }
        }
        print("skipped: no Python with lz4 and numpy; set OCC_PYTHON to one (python3 -m venv, pip install lz4 numpy)")
        return nil
    }()
}
