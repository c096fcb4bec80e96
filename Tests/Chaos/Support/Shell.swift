import Foundation
import SystemSupport

/// Short commands of the system.
enum Shell {
    /// Runs a command to its end, for at most a minute, and gives what it said.
    @discardableResult
    static func run(_ command: [String], isRequired: Bool = true) throws -> String {
        let log = NSTemporaryDirectory() + "chaos-command-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        defer { unlink(log) }
        let child = try Child(command, log: log)
        let deadline = MonotonicClock.nowSeconds + 60
        while child.isRunning && MonotonicClock.nowSeconds < deadline { usleep(2000) }
        child.end()
        let said = child.said
        if isRequired && child.poll() != .exit(0) {
            throw ChaosFailure("\(command.joined(separator: " ")): \(said)")
        }
        return said
    }

    /// Whether a command ends well.
    static func succeeds(_ command: [String]) -> Bool { (try? run(command)) != nil }

    /// The first of some paths that is there.
    static func first(of paths: [String]) -> String? {
        paths.first { FileManager.default.fileExists(atPath: $0) }
    }
}

/// What the kernel tells about processes.
enum Processes {
    /// Direct children of a process.
    static func children(of parent: pid_t) -> [pid_t] {
        let text = (try? String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { pid_t($0) }
    }
}

/// PostgreSQL and PgBouncer refuse to run as root.
enum Account {
    /// What to put before a command so that it runs as an ordinary account, which then owns the folder.
    static func prefix(owning folder: String) throws -> [String] {
        guard geteuid() == 0 else { return [] }
        guard let entry = getpwnam("postgres") else { throw ChaosFailure("there is no user 'postgres'") }
        guard chown(folder, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
            throw ChaosFailure("cannot give \(folder) to postgres")
        }
        return [
            "/usr/bin/setpriv", "--reuid=\(entry.pointee.pw_uid)", "--regid=\(entry.pointee.pw_gid)", "--clear-groups",
        ]
    }
}
