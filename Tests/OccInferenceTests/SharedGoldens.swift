import Foundation

/// The numbers of the published code, kept outside the repository because of their size.
///
/// Found through the environment variable `OCC_SHARED`, or beside the package; tests that need them are skipped where they
/// are absent. The folder `Goldens` holds a smaller part that is always there.
enum SharedGoldens {
    /// The folder, or nil where it is absent.
    static let folder: String? = {
        let besidePackage = testFolder.appendingPathComponent("../../../shared").standardizedFileURL.path
        let folder = (ProcessInfo.processInfo.environment["OCC_SHARED"] ?? besidePackage) + "/goldens"
        if FileManager.default.fileExists(atPath: folder + "/units.json") { return folder }
        print("skipped: no goldens of the published code in \(folder); set OCC_SHARED to the folder that holds them")
        return nil
    }()

    static var isPresent: Bool { folder != nil }

    private static var testFolder: URL { URL(fileURLWithPath: #filePath).deletingLastPathComponent() }

    /// The repository's own goldens.
    static var ownFolder: String { testFolder.appendingPathComponent("Goldens").path }
}
