import Foundation
import TestSupport

/// Files of the project, whole.
enum TestFiles {
    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: Project.path(name))))
    }
}
