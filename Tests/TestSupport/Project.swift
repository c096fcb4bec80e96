internal import Foundation

/// The project's own files: pages, scripts, golden files.
package enum Project {
    /// The folder of `Package.swift`.
    package static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The path of a file, named from the root.
    package static func path(_ name: String) -> String { "\(root)/\(name)" }

    /// The text of a file, named from the root.
    package static func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }
}

/// Real data and reference numbers that lie beside the project and not in it; tests that need them are skipped where they are absent.
package enum SharedFiles {
    /// `OCC_SHARED`, or `shared` beside the project.
    package static let root: String =
        ProcessInfo.processInfo.environment["OCC_SHARED"]
        ?? URL(fileURLWithPath: Project.root).deletingLastPathComponent().appendingPathComponent("shared").path

    /// The path of a file, named from that folder.
    package static func path(_ name: String) -> String { "\(root)/\(name)" }

    /// Whether a file is there; says so where it is not, since a test is then skipped.
    package static func has(_ name: String) -> Bool {
        if FileManager.default.fileExists(atPath: path(name)) { return true }
        print("skipped: \(path(name)) is absent (set OCC_SHARED to the folder that has it)")
        return false
    }

    /// A real label file of Occ3D; nil, with the reason printed, where there is none.
    package static let realLabels: String? = {
        let name = "data/occ3d-real/29796060110c4163b07f06eff4af0753/labels.npz"
        return has(name) ? path(name) : nil
    }()
}
