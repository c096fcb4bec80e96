import Foundation

/// The folder of real data and reference numbers that is not part of the project.
enum SharedFiles {
    static let root: String = {
        if let path = ProcessInfo.processInfo.environment["OCC_SHARED"] { return path }
        let package = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared").path
    }()

    /// Whether a file is there; says so where it is not, since the test is then skipped.
    static func has(_ name: String) -> Bool {
        let exists = FileManager.default.fileExists(atPath: "\(root)/\(name)")
        if !exists { print("skipped: \(root)/\(name) is absent (set OCC_SHARED to the folder that has it)") }
        return exists
    }
}
