import TestSupport

/// Files beside the tests.
enum Places {
    /// A file that `ops/evaluation/rayiou_goldens.py` wrote.
    static func golden(_ name: String) -> String { Project.path("Tests/RayIoUTests/Goldens/\(name)") }
}
