internal import Foundation
internal import Synchronization

/// Stops a private server when the process that owns it is gone, however it went: kill -9, a second Ctrl-C, a crash.
///
/// A small watcher process in a session of its own reads from a pipe whose other end only the owner holds, so that the kernel tells
/// the end without polling and without process numbers that could be another's by then. It leaves clients some time to say
/// goodbye, then asks for a fast shutdown: open transactions are rolled back, data is flushed.
///
/// Ownership changes hands under the folder's lock: each owner writes a token of its own, and a watcher whose token is not there any
/// more does nothing. So a process that adopts the server is never robbed of it.
enum ServerKeeper {
    /// Ends of pipes by the folders of the servers that this process owns.
    private static let held = Mutex<[String: Int32]>([:])

    /// How long clients may stay after their owner: a worker leaves within 10 s.
    private static let graceSeconds = 20

    /// Makes this process the owner; call it with the folder's lock held.
    ///
    /// - Parameter graceSeconds: for tests.
    static func own(_ layout: PrivateServerLayout, graceSeconds: Int = graceSeconds) throws(PostgresError) {
        let operation = "seeing to it that the private PostgreSQL server ends with this process"
        let token = UUID().uuidString
        do {
            try Data(token.utf8).write(to: URL(fileURLWithPath: layout.owner))
        } catch {
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "cannot write \(layout.owner): \(error.localizedDescription)",
                hint: "check permissions and free space"
            )
        }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "pipe: \(String(cString: strerror(errno)))"
            )
        }
        defer { close(ends[0]) }
        // No program that this process starts may hold the end that tells of this process.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let root = URL(fileURLWithPath: layout.root).resolvingSymlinksInPath().path
        do {
            _ = try ChildProcess(
                ["/bin/sh", "-c", script, "sh", root, token, String(2 * graceSeconds)],
                environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
                input: ends[0],
                output: nil,
                inNewSession: true
            )
        } catch {
            close(ends[1])
            throw error
        }
        disown(layout)
        held.withLock { $0[layout.root] = ends[1] }
    }

    /// Gives the ownership up: the watcher finds the server stopped, or stops it.
    static func disown(_ layout: PrivateServerLayout) {
        if let end = held.withLock({ $0.removeValue(forKey: layout.root) }) { close(end) }
    }

    /// Arguments: the server's folder, the owner's token, half seconds of grace.
    ///
    /// `read` ends when the owner has. A process is taken for the server only if it works in the data directory; one that has
    /// ended but is not collected has no working directory.
    private static let script = """
        root=$1 token=$2 grace=$3
        read -r nothing
        owned() { [ "$(cat "$root/owner" 2>/dev/null)" = "$token" ]; }
        runs() {
            server=$(head -n 1 "$root/pgdata/postmaster.pid" 2>/dev/null)
            [ -n "$server" ] && [ "$(readlink "/proc/$server/cwd")" = "$root/pgdata" ]
        }
        serves() {
            runs || return 1
            list=/proc/$server/task/$server/children
            [ -r "$list" ] || return 0
            for child in $(cat "$list"); do
                case $(tr '\\0' ' ' <"/proc/$child/cmdline" 2>/dev/null) in "postgres: occ "*) return 0 ;; esac
            done
            return 1
        }
        while [ "$grace" -gt 0 ] && owned && serves; do sleep 0.5; grace=$((grace - 1)); done
        exec 9>>"$root/lock" && flock -w 120 9 || exit 0
        owned && runs || exit 0
        kill -INT "$server"
        limit=600
        while [ "$limit" -gt 0 ] && runs; do sleep 0.1; limit=$((limit - 1)); done
        """
}
