internal import CommandSupport
internal import Foundation
internal import SystemSupport

/// The folder of a report: made beside its place, and put there when it is whole.
struct ReportFolder {
    /// A file that tells that a folder is a report, so that another may take its place.
    private static let mark = ".occ-report"

    /// Where the report will be; of a symbolic link, where it leads to.
    let target: String
    /// Where it is made.
    let temporary: String

    /// Makes the temporary folder, and removes those of programs that died.
    ///
    /// - Throws: `CommandFailure` where something else than a report stands at the target, or a report and nobody asked to replace it;
    ///   `FileError`.
    init(_ path: String, replaces: Bool) throws {
        target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        temporary = "\(target).\(ProcessInfo.processInfo.processIdentifier).new"
        if try Folders.isPresent(target), !Self.isFolder(target) {
            throw CommandFailure(.configuration, "'\(target)' is a file; --to names the folder for the report")
        }
        if try Folders.isPresent(target), try !Folders.names(in: target).isEmpty {
            if let stranger = try Self.stranger(in: target) {
                throw CommandFailure(
                    .configuration,
                    "'\(target)' holds other files than a report ('\(stranger)'); choose a folder that is new or empty with --to"
                )
            }
            guard replaces else {
                throw CommandFailure(
                    .configuration,
                    "there is a report in '\(target)' already; --force replaces it, or choose another folder with --to"
                )
            }
        }
        Self.removeLeftovers(of: target)
        Leftovers.add(temporary)
        try Folders.create(temporary + "/scenes")
        try Self.write([], to: "\(temporary)/\(Self.mark)")
    }

    /// The first file of a folder that no report has; nil where there is none.
    private static func stranger(in folder: String) throws -> String? {
        let names = try Folders.names(in: folder)
        guard names.contains(mark) else { return names.sorted().first }
        return FileManager.default.enumerator(atPath: folder)?.lazy.compactMap { $0 as? String }.first { path in
            let parts = path.split(separator: "/")
            switch (parts.first, parts.count) {
            case ("pictures", 2): return !isFolder("\(folder)/\(path)")
            case ("pictures", 3): return !path.hasSuffix(".webp")
            case ("scenes", 2): return !path.hasSuffix(".html")
            case (_, 1): return ![mark, "index.html", "scenes", "pictures"].contains(path)
            default: return true
            }
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Removes what programs that were killed left beside a target.
    private static func removeLeftovers(of target: String) {
        let place = URL(fileURLWithPath: target)
        let folder = place.deletingLastPathComponent().path
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            guard name.hasPrefix(place.lastPathComponent + "."), name.hasSuffix(".new"),
                let process = Int32(name.dropFirst(place.lastPathComponent.count + 1).dropLast(4)),
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    /// Puts the report in its place; an earlier one is removed last.
    ///
    /// - Throws: `CommandFailure` naming where the report lies instead; the earlier one stays where it was.
    func publish() throws {
        try Leftovers.settle(temporary) { try putInPlace() }
    }

    private func putInPlace() throws {
        let old = "\(temporary).old"
        let replaces = try Folders.isPresent(target)
        if replaces, rename(target, old) != 0 { throw unpublished(errno) }
        guard rename(temporary, target) == 0 else {
            let code = errno
            if replaces { rename(old, target) }
            throw unpublished(code)
        }
        if replaces { try? FileManager.default.removeItem(atPath: old) }
    }

    private func unpublished(_ code: Int32) -> CommandFailure {
        CommandFailure(
            .environment,
            "the report is whole and lies in '\(temporary)', but cannot be put to '\(target)': \(String(cString: strerror(code)))"
        )
    }

    /// Removes what was made.
    func discard() {
        Leftovers.settle(temporary) { try? FileManager.default.removeItem(atPath: temporary) }
    }

    /// Writes a file of the report.
    ///
    /// - Throws: `FileError`.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError(operation: "create", path: path, code: errno) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError(operation: "write", path: path, code: errno) }
            rest = rest.dropFirst(count)
        }
    }
}
