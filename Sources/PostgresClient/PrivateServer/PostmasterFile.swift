internal import Foundation

/// What a running (or crashed) server wrote into `postmaster.pid` (the server's `pidfile.h`).
struct PostmasterFile: Sendable, Hashable {
    var pid: Int32
    /// Where the data was when the server started.
    var dataDirectory: String
    var port: Int
    var socketDirectory: String

    /// Reads the lines: pid, data directory, start time, port, socket directory, ...; nil if they are not all there yet.
    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimming() }
        guard lines.count >= 5, let pid = Int32(lines[0]), pid > 0, let port = Int(lines[3]), !lines[4].isEmpty else {
            return nil
        }
        self.pid = pid
        dataDirectory = lines[1]
        self.port = port
        socketDirectory = lines[4]
    }

    /// Processes whose working directory is the data directory: its server, or what a killed server left behind.
    ///
    /// Every process of a PostgreSQL server works in its data directory, so this is safe against a process number that was
    /// given to somebody else.
    static func processes(of dataDirectory: String) -> [Int32] {
        let resolved = URL(fileURLWithPath: dataDirectory).resolvingSymlinksInPath().path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { pid in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")) == resolved
        }
    }
}

extension Substring {
    fileprivate func trimming() -> String {
        String(self).trimmingCharacters(in: .whitespaces)
    }
}
