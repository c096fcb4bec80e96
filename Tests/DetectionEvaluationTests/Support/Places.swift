import Foundation
import TestSupport

/// Places outside the tests.
enum Places {
    /// The folder of golden files, beside the sources.
    static let goldens = Project.path("Tests/DetectionEvaluationTests/Goldens")

    /// A case that `ops/evaluation/detection_case.py` and `detection_devkit.py` made; nil, with the reason printed, where none is named.
    static let bigCase: String? = {
        let path = ProcessInfo.processInfo.environment["OCC_DETECTION_CASE"]
        if path == nil { print("skipped: set OCC_DETECTION_CASE to a folder of ops/evaluation/detection_case.py") }
        return path
    }()
}
