internal import Glibc

/// An exclusive `flock` on a file, held for as long as a closure runs; the kernel frees it if the process dies.
enum DirectoryLock {
    /// Waits for the lock, looking twenty times a second, and runs `body` under it.
    static func hold<R>(
        path: String,
        operation: String,
        waitSeconds: Int = 120,
        _ body: () async throws -> R
    ) async throws -> R {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw PostgresError(
                .privateServer,
                operation: operation,
                message: "cannot open \(path): \(String(cString: strerror(errno)))",
                hint: "check the directory's permissions and free space"
            )
        }
        defer { close(descriptor) }
        for _ in 0..<(waitSeconds * 20) {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return try await body() }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw PostgresError(
            .privateServer,
            operation: operation,
            message: "another process has held \(path) for \(waitSeconds) s while it starts or stops the server",
            hint: "wait for it, or end it"
        )
    }
}
