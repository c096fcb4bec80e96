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
}

/// Places outside the tests.
enum Places {
    /// The package's root.
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The real Occ3D label file: under `$OCC_SHARED`, else `../shared`; nil, with the reason printed, where there is none.
    static let realLabels: String? = {
        let shared = ProcessInfo.processInfo.environment["OCC_SHARED"] ?? root.appendingPathComponent("../shared").path
        let path = "\(shared)/data/occ3d-real/29796060110c4163b07f06eff4af0753/labels.npz"
        if FileManager.default.fileExists(atPath: path) { return path }
        print("skipped: no real Occ3D labels at \(path); set OCC_SHARED")
        return nil
    }()
}

/// A folder on disk that goes away with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("occ-evaluation-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
