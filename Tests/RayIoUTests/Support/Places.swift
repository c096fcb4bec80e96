import Foundation

/// Files beside the tests.
enum Places {
    /// The folder of these tests.
    static let tests = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The oracle.
    static let oracle = tests.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("ops/evaluation/rayiou_oracle.py").path

    /// A file that `ops/evaluation/rayiou_goldens.py` wrote.
    static func golden(_ name: String) -> String { tests.appendingPathComponent("Goldens/\(name)").path }

    /// A Python with numpy: `$OCC_PYTHON`, else `python3`; nil, with the reason printed, where neither has it.
    static let python: String? = {
        let named = ProcessInfo.processInfo.environment["OCC_PYTHON"]
        let candidates = [named, "/usr/bin/python3", "/usr/local/bin/python3"].compactMap { $0 }
        for candidate in candidates where FileManager.default.isExecutableFile(atPath: candidate) {
            if let result = try? run(candidate, ["-c", "import numpy"]), result.status == 0 { return candidate }
        }
        print("skipped: no Python with numpy; set OCC_PYTHON to one (python3 -m venv, pip install numpy)")
        return nil
    }()

    /// Runs another program to its end.
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
}
