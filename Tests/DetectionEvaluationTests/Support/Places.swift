import Foundation

/// Places outside the tests.
enum Places {
    /// The folder of golden files, beside the sources.
    static let goldens = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Goldens").path

    /// A case that `ops/evaluation/detection_case.py` and `detection_devkit.py` made; nil, with the reason printed, where none is named.
    static let bigCase: String? = {
        let path = ProcessInfo.processInfo.environment["OCC_DETECTION_CASE"]
        if path == nil { print("skipped: set OCC_DETECTION_CASE to a folder of ops/evaluation/detection_case.py") }
        return path
    }()
}

/// A folder on disk that goes away with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("occ-detection-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
