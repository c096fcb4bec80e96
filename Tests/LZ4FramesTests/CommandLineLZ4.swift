import Foundation
import TestSupport

/// The `lz4` command, an independent reader and writer.
enum CommandLineLZ4 {
    static let path = "/usr/bin/lz4"

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    static func run(_ arguments: [String], input: [UInt8]) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try folder.write("input", input)
        return try Command.run(path, arguments + [folder.file("input")]).bytes
    }
}
