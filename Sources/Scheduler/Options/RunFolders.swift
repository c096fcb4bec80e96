internal import Foundation
internal import Storage
internal import SystemSupport

/// The runs that an output folder holds.
enum RunFolders {
    /// Every run's folder by name, also those that hold nothing; none where the output folder is not there.
    ///
    /// - Throws: `FileError` where the folder cannot be read.
    static func all(inOutput output: String) throws -> [RunDirectory] {
        guard try Folders.isPresent(output + "/runs") else { return [] }
        return try Folders.names(in: output + "/runs").filter { !$0.hasPrefix(".") }.compactMap { name in
            guard let run = RunDirectory.run(ofFolderName: name) else { return nil }
            return try RunDirectory(output: output, run: run)
        }
    }
}
