import Foundation
import TestSupport

/// The numbers of the published code, kept outside the repository because of their size.
///
/// Found through the environment variable `OCC_SHARED`, or beside the package; tests that need them are skipped where they
/// are absent. The folder `Goldens` holds a smaller part that is always there.
enum SharedGoldens {
    /// The folder, or nil where it is absent.
    static let folder: String? = SharedFiles.has("goldens/units.json") ? SharedFiles.path("goldens") : nil

    static var isPresent: Bool { folder != nil }

    /// The repository's own goldens.
    static var ownFolder: String { Project.path("Tests/OccInferenceTests/Goldens") }
}
