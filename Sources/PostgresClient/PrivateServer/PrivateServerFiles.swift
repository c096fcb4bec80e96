internal import Foundation

/// The blocking steps on a private server's folders.
enum PrivateServerFiles {
    private static let operation = "preparing a private PostgreSQL server"
    private static let temporaryPrefix = "/tmp/occ-pg-"

    /// What a new data directory is configured with: durable, small, reachable over the socket only.
    static let settings = """

        # Written by occ: a private server, reached over its Unix socket only.
        listen_addresses = ''
        unix_socket_permissions = 0700
        max_connections = 100
        shared_buffers = 64MB
        work_mem = 8MB
        maintenance_work_mem = 32MB
        dynamic_shared_memory_type = mmap
        max_parallel_workers_per_gather = 0
        jit = off
        fsync = on
        synchronous_commit = on
        wal_level = minimal
        max_wal_senders = 0
        max_wal_size = 512MB
        autovacuum_naptime = 15s
        log_checkpoints = off
        log_min_messages = warning
        """

    /// Makes a folder with its parents; one that exists is left as it is.
    static func makeDirectory(_ path: String, mode: Int) throws(PostgresError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: mode]
            )
        } catch {
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "cannot make the directory \(path): \(error.localizedDescription)",
                hint: "check permissions and free space, or use another output directory"
            )
        }
    }

    /// Gives the folder to the server's account and makes sure that account can reach it.
    static func prepareRoot(_ layout: PrivateServerLayout, for account: ServerAccount) throws(PostgresError) {
        guard account != .current else { return }
        guard chown(layout.root, account.userID, account.groupID) == 0, chmod(layout.root, 0o700) == 0 else {
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "cannot give \(layout.root) to user \(account.name): \(String(cString: strerror(errno)))",
                hint: "use an output directory on a local file system, or a running server with --database URL"
            )
        }
        // Prints the outermost folder on the way that the account may not enter.
        let script = """
            p=$1; bad=; while [ "$p" != / ]; do [ -x "$p" ] || bad=$p; p=$(dirname -- "$p"); done; printf %s "$bad"
            """
        let blocked = try account.run("/bin/sh", ["-c", script, "sh", layout.root]).text
        guard blocked.isEmpty else {
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "PostgreSQL does not run as root, and user \(account.name) may not enter \(blocked)",
                hint:
                    "use an output directory outside \(blocked), allow it with `chmod o+x \(blocked)`, run as an ordinary"
                    + " user, or use a running server with --database URL"
            )
        }
    }

    /// Makes the data directory under another name and renames it when whole.
    static func initializeCluster(
        _ layout: PrivateServerLayout,
        _ account: ServerAccount,
        _ binaries: PostgresBinaries
    ) throws(PostgresError) {
        let manager = FileManager.default
        if manager.fileExists(atPath: layout.unfinishedCluster) {
            try attempt("removing \(layout.unfinishedCluster)") {
                try manager.removeItem(atPath: layout.unfinishedCluster)
            }
        }
        if manager.fileExists(atPath: layout.cluster) {
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "\(layout.cluster) exists but has no readable PG_VERSION, so it is not a whole data directory",
                hint: "move it away; a new one is made without it"
            )
        }
        let output = try account.run(
            binaries.initdb,
            [
                "-D", layout.unfinishedCluster, "-U", "occ", "--auth=trust", "--encoding=UTF8", "--locale=C",
                "--data-checksums", "--no-instructions",
            ]
        )
        guard output.status == 0 else { throw failure("running initdb", output.text, layout) }
        try attempt("configuring \(layout.unfinishedCluster)") {
            let path = layout.unfinishedCluster + "/postgresql.conf"
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: Data((settings + "\n").utf8))
            try handle.synchronize()
        }
        guard rename(layout.unfinishedCluster, layout.cluster) == 0 else {
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "cannot rename \(layout.unfinishedCluster): \(String(cString: strerror(errno)))"
            )
        }
    }

    /// Makes the folder of the socket, or a private one in `/tmp` if a socket's path would be too long there.
    static func makeSocketDirectory(_ wanted: String, for account: ServerAccount) throws(PostgresError) -> String {
        var path = URL(fileURLWithPath: wanted).standardizedFileURL.path
        if PrivateServerLayout.isUsableForSocket(path) {
            try makeDirectory(path, mode: 0o700)
        } else {
            // mkdtemp makes the folder with mode 0700 under a name that did not exist.
            var template = (temporaryPrefix + "XXXXXX").utf8CString.map { $0 }
            guard mkdtemp(&template) != nil else {
                throw PostgresError(
                    .privateServer,
                    operation: operation,
                    message:
                        "the path \(path) is too long for a Unix socket (107 bytes), and a folder in /tmp cannot be"
                        + " made: \(String(cString: strerror(errno)))"
                )
            }
            path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        if account != .current, chown(path, account.userID, account.groupID) != 0 {
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "cannot give \(path) to user \(account.name): \(String(cString: strerror(errno)))"
            )
        }
        return path
    }

    /// Removes the lock files of a server that was killed and whose processes are all gone.
    ///
    /// The server would do so itself, unless its number lives on: as another process of the same user, or as a zombie that
    /// the first process of a container never collects.
    static func removeStaleLocks(_ layout: PrivateServerLayout, _ file: PostmasterFile) {
        let socketLock = "\(file.socketDirectory)/.s.PGSQL.\(file.port).lock"
        // Its lines begin like those of postmaster.pid: the second names the data directory.
        let lines = (try? String(contentsOfFile: socketLock, encoding: .utf8))?.split(separator: "\n") ?? []
        if lines.count > 1, lines[1] == layout.cluster { try? FileManager.default.removeItem(atPath: socketLock) }
        try? FileManager.default.removeItem(atPath: layout.postmasterFile)
        removeTemporarySocketDirectory(file.socketDirectory)
    }

    /// Removes a socket folder that `makeSocketDirectory` made in `/tmp`, and no other.
    static func removeTemporarySocketDirectory(_ path: String) {
        guard path.hasPrefix(temporaryPrefix), !path.dropFirst(temporaryPrefix.count).contains("/") else { return }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// An error from the words of PostgreSQL's programs, with what to do about the known ones.
    ///
    /// A full disk is told by how much is free as well: a log that lies on it does not say so.
    static func failure(
        _ operation: String,
        _ output: String,
        _ layout: PrivateServerLayout,
        freeBytes: Int64? = nil
    ) -> PostgresError {
        let free = freeBytes ?? Self.freeBytes(at: layout.root)
        let saysFull = ["No space left on device", "Disk quota exceeded"].contains(where: output.contains)
        if saysFull || free.map({ $0 < leastBytes }) ?? false {
            return PostgresError(
                .diskFull,
                operation: operation,
                message: "the disk of '\(layout.root)' is full" + (free.map { ": \($0 >> 20) MiB are free" } ?? ""),
                hint:
                    "free at least \(wantedBytes >> 20) MiB there and give the same command again, or choose another output folder;"
                    + " the server's log is '\(layout.log)'"
            )
        }
        let text = reasons(output).joined(separator: "; ")
        let known: [(String, String)] = [
            ("Permission denied", "check the permissions of \(layout.root) and of the folders above it"),
            ("could not create shared memory", "raise the system's shared memory limits"),
            ("Cannot allocate memory", "free memory and try again"),
        ]
        return PostgresError(
            .privateServer,
            operation: operation,
            message: text.isEmpty ? "no reason was given" : text,
            hint: (known.first { output.contains($0.0) }.map { $0.1 + "; " } ?? "")
                + "the server's log is '\(layout.log)'"
        )
    }

    /// A server with less room than a segment of its log (16 MiB) does not start.
    private static let leastBytes: Int64 = 16 << 20
    /// What a new data directory takes, and room to work.
    private static let wantedBytes: Int64 = 256 << 20

    /// At most three lines of what programs and log say: the first that name an error, else the last.
    private static func reasons(_ output: String) -> [Substring] {
        let lines = output.split(separator: "\n")
        let errors = lines.filter { line in
            ["FATAL:", "PANIC:", "ERROR:", "error:", "could not"].contains { line.contains($0) }
        }
        return errors.isEmpty ? lines.suffix(3) : Array(errors.prefix(3))
    }

    private static func freeBytes(at path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int64(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue
        )
    }

    private static func attempt(_ step: String, _ body: () throws -> Void) throws(PostgresError) {
        do {
            try body()
        } catch {
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "\(step): \(error.localizedDescription)",
                hint: "check permissions and free space"
            )
        }
    }
}
