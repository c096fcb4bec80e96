internal import CommandSupport
internal import Foundation
internal import SystemSupport

/// The folder of a report: made beside its place, and put there when it is whole.
struct ReportFolder {
    /// A file that tells that a folder is a report, so that another may take its place.
    private static let mark = ".occ-report"

    /// Where the report will be.
    let target: String
    /// Where it is made.
    let temporary: String

    /// Makes the temporary folder.
    ///
    /// - Throws: `CommandFailure` where something else than a report stands at the target, or a report and nobody asked to replace it.
    init(_ target: String, replaces: Bool) throws {
        self.target = target
        temporary = "\(target).\(ProcessInfo.processInfo.processIdentifier).new"
        if try Folders.isPresent(target) {
            let names = try Folders.names(in: target)
            let isReport = names.contains(Self.mark)
            guard names.isEmpty || isReport else {
                throw CommandFailure(
                    .configuration,
                    "'\(target)' holds other files than a report; choose a folder that is new or empty with --to"
                )
            }
            guard names.isEmpty || replaces else {
                throw CommandFailure(
                    .configuration,
                    "there is a report in '\(target)' already; --force replaces it, or choose another folder with --to"
                )
            }
        }
        try Folders.create(temporary + "/scenes")
        try Self.write([], to: "\(temporary)/\(Self.mark)")
    }

    /// Puts the report in its place.
    func publish() throws {
        let files = FileManager.default
        if try Folders.isPresent(target) { try files.removeItem(atPath: target) }
        try files.moveItem(atPath: temporary, toPath: target)
    }

    /// Removes what was made.
    func discard() { try? FileManager.default.removeItem(atPath: temporary) }

    /// Writes a file of the report.
    ///
    /// - Throws: `FileError`.
    static func write(_ bytes: [UInt8], to path: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        } catch let error as NSError {
            let code = (error.userInfo[NSUnderlyingErrorKey] as? NSError)?.code ?? 0
            throw FileError(operation: "write", path: path, code: Int32(clamping: code))
        }
    }
}
