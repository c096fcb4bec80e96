internal import Foundation
internal import Glibc
internal import SystemSupport

/// Looks at an output folder and tries to write in it; what was written is removed again.
enum OutputFolderProbe {
    /// What there is to say of a folder; never makes it.
    static func findings(_ path: String) -> [DoctorFinding] {
        do {
            try check(path)
            let facts = try facts(path)
            // On a full disk the facts say more than the write that fails.
            if facts.freeBytes ?? .max >= OutputFolderFacts.leastFreeBytes, facts.freeFiles ?? .max > 0 {
                try write(in: path)
            }
            return facts.findings
        } catch {
            return [DoctorFinding(level: .failed, text: "\(error)")]
        }
    }

    /// Refuses what is no folder, with what a run would make of it.
    private static func check(_ path: String) throws {
        var status = stat()
        guard try Folders.isPresent(path) else {
            throw FileError(
                operation: "use",
                path: path,
                code: ENOENT,
                detail: "if the name is right, make it (mkdir), or let `run` or `submit` make it"
            )
        }
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw FileError(operation: "use", path: path, code: ENOTDIR)
        }
    }

    /// Most runs that are looked into.
    private static let mostRuns = 1000

    private static func facts(_ path: String) throws -> OutputFolderFacts {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError.last("inspect", path) }
        var facts = OutputFolderFacts(
            folder: place(path, status),
            owner: AccessAdvice.userName(status.st_uid),
            group: AccessAdvice.groupName(status.st_gid),
            user: AccessAdvice.userName(geteuid()),
            isRoot: geteuid() == 0,
            umask: umask()
        )
        var disk = statvfs()
        if statvfs(path, &disk) == 0 {
            facts.freeBytes = Int64(clamping: UInt64(disk.f_bavail) &* UInt64(disk.f_frsize))
            facts.freeFiles = disk.f_files > 0 ? Int64(clamping: disk.f_favail) : nil
        }
        let runs = path + "/runs"
        guard try Folders.isPresent(runs) else { return facts }
        let names = try Folders.names(in: runs).filter { !$0.hasPrefix(".") }.prefix(mostRuns)
        for inside in [runs] + names.flatMap({ ["\(runs)/\($0)", "\(runs)/\($0)/.partial"] }) {
            var status = stat()
            guard stat(inside, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
            facts.inside.append(place(inside, status))
        }
        return facts
    }

    /// Read, as asking the system for it would change it for a moment; the usual one where it is not told.
    private static func umask() -> UInt32 {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Umask:") }
        return line.flatMap { UInt32($0.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8) } ?? 0o022
    }

    private static func place(_ path: String, _ status: stat) -> OutputFolderFacts.Place {
        OutputFolderFacts.Place(
            path: path,
            group: status.st_gid,
            mode: status.st_mode & 0o7777,
            isWritable: faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0
        )
    }

    /// As much as one write of a worker, so that a quota is noticed too.
    private static let probeBytes = 1 << 20

    /// Does what a worker does with a file: makes, fills, syncs, renames and removes it.
    private static func write(in path: String) throws {
        let probe = "\(path)/.doctor-\(UUID().uuidString)"
        let renamed = probe + ".2"
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError.last("make a file in", path) }
        defer {
            close(descriptor)
            unlink(probe)
            unlink(renamed)
        }
        let bytes = [UInt8](repeating: 0x6F, count: probeBytes)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileError.last("write a file in", path) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw FileError.last("fsync a file in", path) }
        guard rename(probe, renamed) == 0 else { throw FileError.last("rename a file in", path) }
    }
}
